/** Short words for what a decision comes to. */
import type { Decision, DecisionContext } from './decision.ts';
import type { DomainEvent, Rejection } from './messages.ts';
import { rejectionOf, type Problem } from './problem.ts';

type Rejected = Extract<Decision, { outcome: 'REJECTED' }>;

/** Carried out. Without events: what was asked is so already. */
export const applied = <E extends DomainEvent>(...events: readonly E[]): Decision<E> => ({ outcome: 'APPLIED', events });
export const rejected = (code: Rejection['code'], message: string, field?: string): Rejected => ({
  outcome: 'REJECTED',
  rejection: field === undefined ? { code, message } : { code, message, field },
});
export const invalid = (problem: Problem): Rejected => ({ outcome: 'REJECTED', rejection: rejectionOf(problem) });
export const notFound = (id: string): Rejected => rejected('NOT_FOUND', `there is no ${id}`);

/** The rejection where the caller expected another version; null where it did not, or had no idea of it. */
export function versionConflict(context: DecisionContext, id: string, version: number): Rejected | null {
  const expected = context.expectedVersion;
  if (expected === undefined || expected === version) return null;
  return rejected('VERSION_CONFLICT', `${id} is at version ${version}, not ${expected}`, 'expectedVersion');
}
