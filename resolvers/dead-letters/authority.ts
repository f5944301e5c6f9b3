/** Who may look at what was put aside, and have it tried again. */
import type { RequestContext } from '../context.ts';
import { forbidden } from '../errors.ts';

export const mayHandleDeadLetters = ({ identity }: RequestContext): boolean => identity.roles.includes('ADMIN');

/** Dead letters hold whatever was sent, unchecked, and are for those who run the brokerage's system. Throws ApiError (FORBIDDEN). */
export function requireDeadLetterAuthority(context: RequestContext): void {
  if (!mayHandleDeadLetters(context)) throw forbidden('dead letters are for admins');
}
