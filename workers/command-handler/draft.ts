/** What a batch has come to so far: each stream's state, its new events, who owns which email. */
import { evolve, isLead, type Aggregate } from '../../domain/aggregate.ts';
import type { StreamId } from '../../domain/ids.ts';
import { eventLane } from '../../domain/lanes.ts';
import { claimAfter, emailToClaim } from '../../domain/lead/email-claim.ts';
import type { CommandEnvelope, DomainEvent, RecordedEvent } from '../../domain/messages.ts';
import { streamKey, type StreamAppend, type UniqueClaim } from '../../platform/event-store/event-store.ts';
import { foldOnward, rememberState } from './states.ts';

interface DraftAppend extends StreamAppend {
  readonly events: RecordedEvent[];
  erases: boolean;
}

export class Draft {
  readonly #streams: ReadonlyMap<string, readonly RecordedEvent[]>;
  readonly #states = new Map<string, Aggregate | null>();
  readonly #appends = new Map<string, DraftAppend>();
  readonly #claims = new Map<string, UniqueClaim>();
  readonly #owners: Map<string, StreamId>;

  constructor(streams: ReadonlyMap<string, readonly RecordedEvent[]>, owners: ReadonlyMap<string, StreamId>) {
    this.#streams = streams;
    this.#owners = new Map(owners);
  }

  /** Folded when first asked for: a stream that cannot be folded is the trouble of its own commands only, which throw here. */
  state(envelope: CommandEnvelope): Aggregate | null {
    const key = streamKey(envelope);
    const known = this.#states.get(key);
    if (known !== undefined) return known;
    const state = foldOnward(this.#streams.get(key) ?? []);
    this.#states.set(key, state);
    return state;
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
    const last = recorded.at(-1);
    if (state === null || last === undefined) return state?.version ?? 0;
    const append = this.#appendOf(envelope, before);
    rememberState(last, state, append.events.at(-1) ?? this.#streams.get(key)?.at(-1));
    append.events.push(...recorded);
    append.erases ||= events.some((event) => event.type === 'LeadErased');
    this.#states.set(key, state);
    this.#claimEmail(envelope, before, state);
    return state.version;
  }

  #appendOf({ tenant, streamId }: CommandEnvelope, before: Aggregate | null): DraftAppend {
    const key = streamKey({ tenant, streamId });
    const append = this.#appends.get(key) ?? { tenant, streamId, expectedVersion: before?.version ?? 0, events: [], erases: false };
    this.#appends.set(key, append);
    return append;
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
