/** Appending, one statement for everything that waits. */
import type { Sql } from '../../event-store/connect.ts';
import { isConflict, isUnavailable } from '../../event-store/database-errors.ts';
import { LogUnavailableError, type LogRecord, type Patience } from '../log.ts';
import { nextTurn } from '../next-turn.ts';
import { createBatcher } from './batcher.ts';
import { partitionOf } from './partitioner.ts';

export const LOG_CHANNEL = 'lead_intelligence_log';
/** Some 4 MB in one statement: more gains nothing and holds the partitions' locks for longer. */
const FLUSH_CHARS_MAX = 4_000_000;
const RECORD_OVERHEAD_CHARS = 200;
/** Two processes that lock in another order than asked for: the database ends one, which wrote nothing and tries again. */
const CONFLICT_ATTEMPTS = 3;

/** How far a partition reaches after an append. */
export interface PartitionEnd {
  readonly topic: string;
  readonly partition: number;
  readonly nextOffset: number;
}

export const toLogError = (error: unknown): unknown =>
  isConflict(error) || isUnavailable(error) ? new LogUnavailableError('the log (a table) could not be reached or did not answer', { cause: error }) : error;

export interface Appender {
  append(records: readonly LogRecord[], signal?: Patience): Promise<void>;
  idle(): Promise<void>;
}

/** `notifyPayload` null: no NOTIFY. `onAppended` is told at once what this process appended. */
export function createAppender(sql: Sql, notifyPayload: string | null, onAppended: (ends: readonly PartitionEnd[]) => void): Appender {
  const batcher = createBatcher<readonly LogRecord[], void>({
    gather: nextTurn,
    inTurns: true,
    sizeMax: FLUSH_CHARS_MAX,
    sizeOf: (records) => records.reduce((chars, record) => chars + record.value.length + RECORD_OVERHEAD_CHARS, 0),
    async flush(groups) {
      onAppended(await insertRecords(sql, groups.flat(), notifyPayload));
      return groups.map(() => undefined);
    },
  });
  return {
    async append(records, signal) {
      if (records.length === 0) return;
      // One bad record must not fail what others append in the same flush.
      for (const record of records) assertStorable(record);
      await batcher.add(records, signal);
    },
    idle: () => batcher.idle(),
  };
}

function assertStorable({ topic, key, value }: LogRecord): void {
  for (const text of [topic, key, value]) {
    if (text.includes('\0') || !text.isWellFormed()) throw new RangeError(`a record of ${topic} holds a zero or half a character; its value should be JSON`);
  }
}

async function insertRecords(sql: Sql, records: readonly LogRecord[], notifyPayload: string | null): Promise<PartitionEnd[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await insertOnce(sql, records, notifyPayload);
    } catch (error) {
      if (!isConflict(error) || attempt === CONFLICT_ATTEMPTS) throw toLogError(error);
    }
  }
}

/** What of a flush goes into one partition. */
interface Share {
  readonly topic: string;
  readonly partition: number;
  records: number;
}

/** The flush as the statement takes it: how many records each partition gets, and each record with its place among those of its partition. */
function shared(records: readonly LogRecord[]): { readonly shares: readonly Share[]; readonly placed: readonly object[] } {
  const shares = new Map<string, Share>();
  const placed = records.map(({ topic, key, value, headers }) => {
    const partition = partitionOf(key);
    const share = shares.get(`${topic} ${partition}`) ?? { topic, partition, records: 0 };
    shares.set(`${topic} ${partition}`, share);
    const place = share.records;
    share.records += 1;
    return { topic, partition, place, key, value, headers: headers === undefined ? null : JSON.stringify(headers) };
  });
  return { shares: [...shares.values()], placed };
}

/**
 * The partitions' rows are locked in sorted order until the commit: offsets get no gaps and become visible in order.
 * Records are counted and numbered here: the database took a third longer for the whole when it did that. They come as json, not jsonb: they are read
 * once, and half of what they cost the database was making the other of them.
 * A topic that was never made gives a record no offset, which the table refuses: nothing of the flush is written.
 */
async function insertOnce(sql: Sql, records: readonly LogRecord[], notifyPayload: string | null): Promise<PartitionEnd[]> {
  const { shares, placed } = shared(records);
  const rows = await sql<{ topic: string; partition: number; next_offset: string }[]>`
    with locked as materialized (
      select p.topic, p.partition, s.records
      from log_partitions p join json_to_recordset(${JSON.stringify(shares)}::text::json) as s(topic text, partition int, records int)
        on s.topic = p.topic and s.partition = p.partition
      order by p.topic, p.partition for update of p
    ), moved as (
      update log_partitions p set next_offset = p.next_offset + l.records from locked l
      where p.topic = l.topic and p.partition = l.partition
      returning p.topic, p.partition, p.next_offset, p.next_offset - l.records as first_offset
    ), inserted as (
      insert into log_records (topic, partition, "offset", key, value, headers, appended_at)
      select r.topic, r.partition, m.first_offset + r.place, r.key, r.value, r.headers::json, clock_timestamp()
      from json_to_recordset(${JSON.stringify(placed)}::text::json) as r(topic text, partition int, place int, key text, value text, headers text)
        left join moved m on m.topic = r.topic and m.partition = r.partition
    )
    select topic, partition, next_offset::text, case when ${notifyPayload !== null}::boolean then pg_notify(${LOG_CHANNEL}, ${notifyPayload ?? ''})::text end as notified from moved`;
  return rows.map((row) => ({ topic: row.topic, partition: row.partition, nextOffset: Number(row.next_offset) }));
}
