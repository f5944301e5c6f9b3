/** Which lead owns an email: unique within a tenant. The write model keeps the claims, the domain says which ones. */
import type { Command } from '../messages.ts';
import { Problem } from '../problem.ts';
import type { Lead } from './lead.ts';
import { normalizeEmail } from './normalize.ts';

/** The email (in our form) whose owner must be known before the command is decided; null where the command sets none. */
export function emailToClaim(command: Command): string | null {
  const email = command.type === 'CreateLead' ? command.lead?.email : command.type === 'UpdateLead' ? command.changes?.email : undefined;
  if (email === undefined || email === null) return null;
  const checked = normalizeEmail(email, 'email');
  return checked instanceof Problem ? null : checked;
}

/** What becomes of the lead's claim: the email it owns from now on, null where it gives its email up, undefined where nothing changes. */
export function claimAfter(before: Lead | null, after: Lead): string | null | undefined {
  return before?.email === after.email ? undefined : (after.email ?? null);
}
