/** Small tools of the event store's contract suite: recorded events and outcomes that are quick to write. */
import { randomBytes } from 'node:crypto';
import { makeId, tenantId, type CommandId, type LeadId, type StreamId, type TenantId } from '../../domain/ids.ts';
import type { DomainEvent, Lane, RecordedEvent } from '../../domain/messages.ts';
import type { CommandOutcome, EventStore, Position, StreamAppend } from '../../platform/event-store/event-store.ts';

export const unique = (): string => randomBytes(6).toString('hex');
export const aTenant = (): TenantId => tenantId(`tenant-${unique()}`);
export const aLeadId = (): LeadId => makeId('lead', unique());
export const aCommandId = (): CommandId => makeId('command', unique());
export const AT = '2026-03-04T05:06:07.089Z';

export const note = (text: string): DomainEvent => ({ type: 'NoteAdded', noteId: 'n1', text });

export function recorded(tenant: TenantId, streamId: StreamId, version: number, event: DomainEvent): RecordedEvent {
  return {
    schema: 1,
    id: `${streamId}@${version}`,
    tenant,
    streamId,
    version,
    commandId: aCommandId(),
    actor: { id: 'user_1', roles: ['AGENT'] },
    lane: 'hot',
    at: AT,
    event,
  };
}

/** The events follow `expectedVersion`. */
export function append(tenant: TenantId, streamId: StreamId, expectedVersion: number, ...events: readonly DomainEvent[]): StreamAppend {
  return {
    tenant,
    streamId,
    expectedVersion,
    events: events.map((event, index) => recorded(tenant, streamId, expectedVersion + index + 1, event)),
    erases: events.some((event) => event.type === 'LeadErased'),
  };
}

export const inLane = (lane: Lane, stream: StreamAppend): StreamAppend => ({ ...stream, events: stream.events.map((event) => ({ ...event, lane })) });

export function outcome(tenant: TenantId, id: CommandId, streamId: StreamId): CommandOutcome {
  return { tenant, id, streamId, type: 'AddNote', fingerprint: 'f1', status: 'APPLIED', lane: 'hot', acceptedAt: AT, appliedAt: AT, version: 1 };
}

export const write = (store: EventStore, ...appends: readonly StreamAppend[]): Promise<void> =>
  store.transact((tx) => tx.write({ appends, claims: [], outcomes: [] }));

export const failuresOf = (results: readonly PromiseSettledResult<unknown>[]): unknown[] =>
  results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));

/** Everything readable behind `after`, of one lane or of all, page by page. */
export async function readAll(store: EventStore, after: Position, limit = 100, lane?: Lane): Promise<{ events: RecordedEvent[]; next: Position }> {
  const events: RecordedEvent[] = [];
  let next = after;
  for (;;) {
    const page = await store.readCommitted(next, limit, lane);
    events.push(...page.events);
    next = page.next;
    if (page.events.length < limit) return { events, next };
  }
}

/** Where the store's readable end is now. */
export const endOf = async (store: EventStore): Promise<Position> => (await readAll(store, '', 1_000)).next;
