/** Everything that deciding on commands needs, in one round trip. */
import type { CommandId, StreamId, TenantId } from '../../domain/ids.ts';
import { emailToClaim } from '../../domain/lead/email-claim.ts';
import type { CommandEnvelope } from '../../domain/messages.ts';
import { streamKey, type CommandOutcome, type EventStoreTransaction, type StreamRef } from '../../platform/event-store/event-store.ts';
import { firstOfEach } from './arrival.ts';
import { Draft } from './draft.ts';

export interface Loaded {
  /** The outcomes of those that were handled before. Keys: commandKey. */
  readonly known: ReadonlyMap<string, CommandOutcome>;
  readonly draft: Draft;
  /** Streams with parked commands. Keys: streamKey. */
  readonly parked: ReadonlySet<string>;
  /** True where the stream, one of those asked for, has no events. */
  isMissing(ref: StreamRef): boolean;
}

/** `also`: commands whose outcomes matter, too. */
export async function load(
  tx: EventStoreTransaction,
  envelopes: readonly CommandEnvelope[],
  also: readonly { readonly tenant: TenantId; readonly id: CommandId }[] = [],
): Promise<Loaded> {
  const emails = envelopes.flatMap((envelope) => {
    const value = emailToClaim(envelope.command);
    return value === null ? [] : [{ tenant: envelope.tenant, value }];
  });
  const streamsOfAll = firstOfEach(envelopes, streamKey);
  // Sent together: the driver pipelines them. In this order: whose outcome is known, of that the facts are seen as well.
  const [known, streams, owners, parked] = await Promise.all([
    tx.findOutcomes([...envelopes, ...also]),
    tx.loadStreams(streamsOfAll),
    emails.length > 0 ? tx.findOwners('lead-email', emails) : new Map<string, StreamId>(),
    tx.findParked(streamsOfAll),
  ]);
  return { known, draft: new Draft(streams, owners), parked, isMissing: (ref) => !streams.has(streamKey(ref)) };
}
