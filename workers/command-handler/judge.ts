/** What one command comes to, on the draft of its batch. */
import { decide, type Aggregate } from '../../domain/aggregate.ts';
import type { CommandEnvelope, CommandReceipt } from '../../domain/messages.ts';
import type { Draft } from './draft.ts';
import { deadLettered, messageOf, outcomeOf } from './outcomes.ts';

export type Verdict =
  | { readonly kind: 'DONE'; readonly outcome: CommandReceipt }
  /** Its stream is not there, and may be on its way: the outcome if it never comes. */
  | { readonly kind: 'WAITS'; readonly outcome: CommandReceipt }
  /** The stream cannot be read (by this program): the command itself may be good. */
  | { readonly kind: 'TROUBLE'; readonly error: unknown };

/** Records the new facts in the draft where there are any. */
export function judge(draft: Draft, envelope: CommandEnvelope, at: string): Verdict {
  let state: Aggregate | null;
  try {
    state = draft.state(envelope);
  } catch (error) {
    return { kind: 'TROUBLE', error };
  }
  try {
    const outcome = decideOn(draft, envelope, state, at);
    const waits = state === null && outcome.status === 'REJECTED' && outcome.error?.code === 'NOT_FOUND';
    return { kind: waits ? 'WAITS' : 'DONE', outcome };
  } catch (error) {
    // Deciding is pure: what throws once throws always.
    return { kind: 'DONE', outcome: deadLettered(envelope, at, `the command could not be decided: ${messageOf(error)}`) };
  }
}

function decideOn(draft: Draft, envelope: CommandEnvelope, state: Aggregate | null, at: string): CommandReceipt {
  const decision = decide(envelope, state, {
    at: envelope.issuedAt,
    commandId: envelope.id,
    actorId: envelope.actor.id,
    expectedVersion: envelope.expectedVersion,
    emailOwner: draft.emailOwner(envelope),
  });
  if (decision.outcome === 'REJECTED') return outcomeOf(envelope, at, state?.version, { status: 'REJECTED', error: decision.rejection });
  const version = draft.record(envelope, decision.events, at);
  return outcomeOf(envelope, at, version, decision.events.length > 0 ? { status: 'APPLIED' } : { status: 'APPLIED', unchanged: true });
}
