/** Who may send which command. */
import type { RequestContext } from '../context.ts';
import { forbidden } from '../errors.ts';
import type { CommandDefinition } from './command.ts';

/** Agents change leads; listings, agents, imports and erasures are for managers and admins. Throws ApiError (FORBIDDEN). */
export function requireAuthority(
  { identity }: RequestContext,
  { type, restricted }: Pick<CommandDefinition<never>, 'restricted'> & { readonly type: string },
): void {
  const leads = identity.roles.includes('MANAGER') || identity.roles.includes('ADMIN');
  if (leads || (!restricted && identity.roles.includes('AGENT'))) return;
  throw forbidden(restricted ? `${type} is for managers and admins` : `${type} needs a role`);
}
