/** What deciding on a command comes to: facts to record, or the reason why not. A broken rule is data; only a bug throws. */
import type { CommandId, StreamId } from './ids.ts';
import type { DomainEvent, Rejection } from './messages.ts';

export type Decision<E extends DomainEvent = DomainEvent> =
  /** No events: what was asked is so already. */
  { readonly outcome: 'APPLIED'; readonly events: readonly E[] } | { readonly outcome: 'REJECTED'; readonly rejection: Rejection };

/** What a decision may know beside the state: everything that is not in the stream is passed in. */
export interface DecisionContext {
  /** Now, ISO 8601 UTC: when the command was issued. */
  readonly at: string;
  readonly commandId: CommandId;
  readonly actorId: string;
  /** The caller's idea of the version, if it gave one. */
  readonly expectedVersion?: number | undefined;
  /** The stream that owns the email that the command sets, if it sets one and somebody owns it. */
  readonly emailOwner?: StreamId | undefined;
}
