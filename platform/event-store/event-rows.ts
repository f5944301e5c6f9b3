/** How a recorded event stands in its row, sealed or in the clear, and comes back from it. */
import type { CommandId, StreamId, TenantId } from '../../domain/ids.ts';
import type { Actor, DomainEvent, Lane, RecordedEvent } from '../../domain/messages.ts';
import { isSealed, seal, subjectKey, unseal, type SubjectKey } from './sealing.ts';

/** What the queries read: the event's columns and its stream's key, null once the lead was erased. */
export interface EventRow {
  readonly tenant: TenantId;
  readonly stream_id: StreamId;
  readonly version: number;
  readonly tx: string;
  readonly position: string;
  readonly type: DomainEvent['type'];
  readonly lane: Lane;
  readonly command_id: CommandId;
  readonly actor: Actor;
  readonly at: string;
  readonly traceparent: string | null;
  readonly data: DomainEvent | null;
  readonly sealed: Buffer | null;
  readonly key: Buffer | null;
}

/** What the insert takes, as one element of its JSON parameter. Free text is JSON within JSON: both jsonb and json_to_recordset refuse some strings. */
export interface EventInput {
  readonly ord: number;
  readonly tenant: string;
  readonly stream_id: string;
  readonly version: number;
  readonly schema: number;
  readonly type: string;
  readonly lane: string;
  readonly command_id: string;
  readonly actor: string;
  readonly at: string;
  readonly traceparent: string | null;
  readonly data: string | null;
  readonly sealed: string | null;
}

const placeOf = (tenant: string, streamId: string, version: number, type: string): string => `${tenant}|${streamId}|${version}|${type}`;

/** `key` may be missing only where nothing of the event is sealed. */
export function toInput(recorded: RecordedEvent, ord: number, key: SubjectKey | undefined): EventInput {
  const { tenant, streamId, version, event } = recorded;
  if (event.type === 'Redacted') throw new Error('Redacted is never written, only read');
  const plain = JSON.stringify(event);
  const sealed = isSealed(streamId, event.type);
  if (sealed && key === undefined) throw new Error(`${streamId} has no key to seal with`);
  return {
    ord,
    tenant,
    stream_id: streamId,
    version,
    schema: recorded.schema,
    type: event.type,
    lane: recorded.lane,
    command_id: recorded.commandId,
    actor: JSON.stringify(recorded.actor),
    at: recorded.at,
    traceparent: recorded.trace?.traceparent ?? null,
    data: sealed ? null : plain,
    sealed: sealed && key !== undefined ? seal(key, placeOf(tenant, streamId, version, event.type), plain).toString('base64') : null,
  };
}

function eventOf(row: EventRow): DomainEvent {
  if (row.data !== null) return row.data;
  if (row.sealed === null || row.key === null) return { type: 'Redacted', of: row.type };
  return JSON.parse(unseal(subjectKey(row.key), placeOf(row.tenant, row.stream_id, row.version, row.type), row.sealed)) as DomainEvent;
}

export function toRecorded(row: EventRow): RecordedEvent {
  return {
    schema: 1,
    id: `${row.stream_id}@${row.version}`,
    tenant: row.tenant,
    streamId: row.stream_id,
    version: row.version,
    commandId: row.command_id,
    actor: row.actor,
    lane: row.lane,
    at: row.at,
    ...(row.traceparent === null ? {} : { trace: { traceparent: row.traceparent } }),
    event: eventOf(row),
  };
}
