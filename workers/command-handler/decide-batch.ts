/** Many commands decided as one: loads all they need, decides in order, writes once. Runs inside one transaction. */
import { decide, evolve, fold, isLead, type Aggregate } from '../../domain/aggregate.ts';
import type { CommandId, StreamId } from '../../domain/ids.ts';
import { eventLane } from '../../domain/lanes.ts';
import { claimAfter, emailToClaim } from '../../domain/lead/email-claim.ts';
import type { CommandEnvelope, CommandReceipt, DomainEvent, RecordedEvent } from '../../domain/messages.ts';
import { streamKey, type EventStoreTransaction, type StreamAppend, type UniqueClaim } from '../../platform/event-store/event-store.ts';

export interface BatchResult {
  /** By command id; commands handled before have their first outcome. */
  readonly outcomes: ReadonlyMap<CommandId, CommandReceipt>;
  /** Commands of this batch that recorded events; a redelivered one may have, too: it is not known here. */
  readonly changed: ReadonlySet<CommandId>;
  readonly eventCount: number;
}

/** What the batch has come to so far: each stream's state, its new events, who owns which email. */
class Draft {
  readonly #states = new Map<string, Aggregate | null>();
  readonly #appends = new Map<string, StreamAppend>();
  readonly #claims = new Map<string, UniqueClaim>();
  readonly #owners: Map<string, StreamId>;

  constructor(states: ReadonlyMap<string, readonly RecordedEvent[]>, owners: Map<string, StreamId>) {
    for (const [key, events] of states) this.#states.set(key, fold(events));
    this.#owners = owners;
  }

  state(envelope: CommandEnvelope): Aggregate | null {
    return this.#states.get(streamKey(envelope)) ?? null;
  }

  emailOwner(envelope: CommandEnvelope): StreamId | undefined {
    const email = emailToClaim(envelope.command);
    return email === null ? undefined : this.#owners.get(`${envelope.tenant}:${email}`);
  }

  /** Takes the new facts of a command; all or none of them. Answers the stream's version after it. */
  record(envelope: CommandEnvelope, events: readonly DomainEvent[], at: string): number {
    const key = streamKey(envelope);
    const before = this.state(envelope);
    const recorded: RecordedEvent[] = [];
    let state = before;
    for (const event of events) {
      const next = toRecorded(envelope, event, (state?.version ?? 0) + 1, at);
      state = evolve(state, next);
      recorded.push({ ...next, lane: eventLane(state, envelope.lane) });
    }
    if (state === null || recorded.length === 0) return state?.version ?? 0;
    const earlier = this.#appends.get(key);
    this.#appends.set(key, {
      tenant: envelope.tenant,
      streamId: envelope.streamId,
      expectedVersion: earlier?.expectedVersion ?? before?.version ?? 0,
      events: [...(earlier?.events ?? []), ...recorded],
      erases: (earlier?.erases ?? false) || events.some((event) => event.type === 'LeadErased'),
    });
    this.#states.set(key, state);
    this.#claimEmail(envelope, before, state);
    return state.version;
  }

  #claimEmail({ tenant, streamId }: CommandEnvelope, before: Aggregate | null, after: Aggregate): void {
    if (!isLead(after)) return;
    const lead = before && isLead(before) ? before : null;
    const value = claimAfter(lead, after);
    if (value === undefined) return;
    if (lead?.email !== undefined) this.#owners.delete(`${tenant}:${lead.email}`);
    if (value !== null) this.#owners.set(`${tenant}:${value}`, streamId);
    this.#claims.set(`${tenant}:${streamId}`, { tenant, streamId, name: 'lead-email', value });
  }

  get appends(): readonly StreamAppend[] {
    return [...this.#appends.values()];
  }
  get claims(): readonly UniqueClaim[] {
    return [...this.#claims.values()];
  }
}

function toRecorded(envelope: CommandEnvelope, event: DomainEvent, version: number, at: string): RecordedEvent {
  const { tenant, streamId, actor, lane, trace, id } = envelope;
  return { schema: 1, id: `${streamId}@${version}`, tenant, streamId, version, commandId: id, actor, lane, at, trace, event };
}

type Ending = { readonly status: 'APPLIED' } | { readonly status: 'REJECTED' | 'DEAD_LETTERED'; readonly error: NonNullable<CommandReceipt['error']> };

function receipt(envelope: CommandEnvelope, at: string, version: number | undefined, ending: Ending): CommandReceipt {
  return {
    tenant: envelope.tenant,
    id: envelope.id,
    streamId: envelope.streamId,
    type: envelope.command.type,
    fingerprint: envelope.fingerprint,
    lane: envelope.lane,
    acceptedAt: envelope.issuedAt,
    appliedAt: at,
    version,
    ...ending,
  };
}

/** Deciding is pure: what throws once throws always, so such a command is put aside at once and stops no other. */
function decideOne(draft: Draft, envelope: CommandEnvelope, at: string): CommandReceipt {
  const state = draft.state(envelope);
  try {
    const decision = decide(envelope, state, {
      at: envelope.issuedAt,
      commandId: envelope.id,
      actorId: envelope.actor.id,
      expectedVersion: envelope.expectedVersion,
      emailOwner: draft.emailOwner(envelope),
    });
    if (decision.outcome === 'REJECTED') return receipt(envelope, at, state?.version, { status: 'REJECTED', error: decision.rejection });
    return receipt(envelope, at, draft.record(envelope, decision.events, at), { status: 'APPLIED' });
  } catch (error) {
    const message = `the command could not be decided: ${error instanceof Error ? error.message : String(error)}`;
    return receipt(envelope, at, state?.version, { status: 'DEAD_LETTERED', error: { code: 'INTERNAL', message } });
  }
}

const firstOfEach = <T>(items: readonly T[], keyOf: (item: T) => string): T[] =>
  [...new Map(items.toReversed().map((item) => [keyOf(item), item])).values()].toReversed();

/**
 * Handles the commands in their order, each once: one that the inbox knows keeps its first outcome.
 * Throws WriteConflictError (nothing written) where somebody else was faster; try again then.
 */
export async function decideBatch(tx: EventStoreTransaction, envelopes: readonly CommandEnvelope[], at: string): Promise<BatchResult> {
  const emails = envelopes.flatMap((envelope) => {
    const value = emailToClaim(envelope.command);
    return value === null ? [] : [{ tenant: envelope.tenant, value }];
  });
  // Sent together: the driver pipelines them, so that loading costs one round trip.
  const [known, streams, owners] = await Promise.all([
    tx.findOutcomes(envelopes),
    tx.loadStreams(firstOfEach(envelopes, streamKey)),
    emails.length > 0 ? tx.findOwners('lead-email', emails) : new Map<string, StreamId>(),
  ]);
  const fresh = firstOfEach(envelopes, ({ tenant, id }) => `${tenant}:${id}`).filter(({ id }) => !known.has(id));
  if (fresh.length === 0) return { outcomes: known, changed: new Set(known.keys()), eventCount: 0 };
  const draft = new Draft(streams, owners);
  const handled = fresh.map((envelope) => decideOne(draft, envelope, at));
  await tx.write({ appends: draft.appends, claims: draft.claims, outcomes: handled });
  const changed = draft.appends.flatMap(({ events }) => events.map(({ commandId }) => commandId));
  return {
    changed: new Set([...known.keys(), ...changed]),
    outcomes: new Map([...known, ...handled.map((outcome) => [outcome.id, outcome] as const)]),
    eventCount: changed.length,
  };
}
