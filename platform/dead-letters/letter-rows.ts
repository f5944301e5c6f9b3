/** How a dead letter stands in its row, and what is written about it within a transaction of the write model. */
import type { CommandId, DeadLetterId, StreamId, TenantId } from '../../domain/ids.ts';
import type { Queryable } from '../event-store/connect.ts';
import { storable } from '../event-store/storable.ts';
import type { DeadLetter } from './dead-letters.ts';

export interface LetterRow {
  readonly id: DeadLetterId;
  readonly tenant: TenantId | null;
  readonly stream_id: StreamId | null;
  readonly command_id: CommandId | null;
  readonly type: string | null;
  readonly group: string;
  readonly reason: string;
  readonly attempts: number;
  readonly first_failed_at: Date;
  readonly at: Date;
  readonly traceparent: string | null;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly appended_at_ms: string;
  readonly key: string;
  readonly value: string | null;
  readonly cut_from: number | null;
  readonly replays: number;
  readonly replayed_at: Date | null;
  readonly replayed_by: string | null;
}

export function toLetter(row: LetterRow): DeadLetter {
  const { topic, partition, offset, key, value } = row;
  return {
    id: row.id,
    tenant: row.tenant,
    streamId: row.stream_id,
    commandId: row.command_id,
    type: row.type,
    group: row.group,
    reason: row.reason,
    attempts: row.attempts,
    firstFailedAt: row.first_failed_at.toISOString(),
    at: row.at.toISOString(),
    traceparent: row.traceparent,
    original: { topic, partition, offset, appendedAtMs: Number(row.appended_at_ms), key, value, ...(row.cut_from === null ? {} : { cutFrom: row.cut_from }) },
    replays: row.replays,
    replayedAt: row.replayed_at?.toISOString() ?? null,
    replayedBy: row.replayed_by,
  };
}

/** What stands for the reason once the lead was erased: a reason may quote what it is about. */
const ERASED = 'the lead was erased';

const rowOf = ({ original, ...letter }: DeadLetter) => ({
  id: letter.id,
  tenant: letter.tenant,
  stream_id: letter.streamId,
  command_id: letter.commandId,
  type: letter.type === null ? null : storable(letter.type),
  group: letter.group,
  reason: storable(letter.reason),
  attempts: letter.attempts,
  first_failed_at: letter.firstFailedAt,
  at: letter.at,
  traceparent: letter.traceparent,
  topic: original.topic,
  partition: original.partition,
  offset: original.offset,
  appended_at_ms: original.appendedAtMs,
  key: storable(original.key),
  value: original.value === null ? null : storable(original.value),
  cut_from: original.cutFrom ?? null,
});

/** One whose id is there already stays as it is. Of a lead that was erased nothing is kept but that there was a letter. */
export function insertLetters(db: Queryable, letters: readonly DeadLetter[]): PromiseLike<unknown> {
  return db`
    insert into dead_letters (id, tenant, stream_id, command_id, type, "group", reason, attempts, first_failed_at, at, traceparent,
      topic, partition, "offset", appended_at_ms, key, value, cut_from)
    select r.id, r.tenant, r.stream_id, r.command_id, r.type, r."group", case when e.erased then ${ERASED} else r.reason end, r.attempts,
      r.first_failed_at, r.at, r.traceparent, r.topic, r.partition, r."offset", r.appended_at_ms, r.key, case when e.erased then null else r.value end, r.cut_from
    from jsonb_to_recordset(${JSON.stringify(letters.map(rowOf))}::text::jsonb) as r(id text, tenant text, stream_id text, command_id text, type text, "group" text,
      reason text, attempts int, first_failed_at timestamptz, at timestamptz, traceparent text, topic text, partition int, "offset" text,
      appended_at_ms bigint, key text, value text, cut_from int)
    cross join lateral (
      select r.stream_id like 'lead\\_%'
        and exists (select 1 from streams s where s.tenant = r.tenant and s.stream_id = r.stream_id)
        and not exists (select 1 from subject_keys k where k.tenant = r.tenant and k.stream_id = r.stream_id) as erased
    ) e
    order by r.id
    on conflict (id) do nothing`;
}

/** Takes what was quoted about erased leads out of the letters. `refs`: as JSON, of objects with tenant and stream_id. */
export function emptyLetters(tx: Queryable, refs: string): PromiseLike<unknown> {
  return tx`
    update dead_letters d set value = null, reason = ${ERASED}
    from jsonb_to_recordset(${refs}::text::jsonb) as r(tenant text, stream_id text)
    where d.tenant = r.tenant and d.stream_id = r.stream_id`;
}
