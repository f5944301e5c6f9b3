/** Small answers about a lead. */
import type { Lead } from '../../domain/lead/lead.ts';
import type { RequestContext } from '../context.ts';

/** What to call the lead. */
export function nameOf(lead: Lead): string {
  if (lead.erasedAt !== undefined) return 'Erased';
  const { firstName, lastName } = lead;
  const name = firstName && lastName ? `${firstName} ${lastName}` : firstName || lastName;
  return name || (lead.email ?? lead.phone ?? lead.externalId ?? 'No name');
}

/** True where that moment is past. Both are UTC texts of one form, which sort as text. */
export function isOverdue(dueAt: string, { ports, reads }: RequestContext): boolean {
  const overdue = dueAt <= ports.clock.now().toISOString();
  if (!overdue) reads.until(Date.parse(dueAt));
  return overdue;
}
