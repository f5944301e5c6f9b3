/**
 * Reading in the order of commits. Positions are handed out before a commit, so a reader by position alone skips what commits late.
 * Sorted by (transaction, position) and read only below the oldest transaction that still runs, nothing can come in between later.
 */
import type { Lane, RecordedEvent } from '../../domain/messages.ts';
import { settledBelow } from './cold-only.ts';
import type { Sql } from './connect.ts';
import { toRecorded, type EventRow } from './event-rows.ts';
import type { Backlog, Position } from './event-store.ts';

/** The transaction numbers in the events are ahead of the database's own: it was restored elsewhere, and new events would sort before old ones. */
export class CommitOrderError extends Error {
  override readonly name = 'CommitOrderError';
}

/** xid8 does not survive dump and restore: refuses to read where order and visibility cannot be trusted. */
export async function assertReadable(sql: Sql): Promise<void> {
  const [ahead] = await sql`
    select 1 from (select tx from events order by tx desc, position desc limit 1) last
    where last.tx >= pg_snapshot_xmax(pg_current_snapshot())`;
  if (ahead === undefined) return;
  throw new CommitOrderError(
    'The events carry transaction numbers that this database has not reached yet: they were restored from a dump. ' +
      'Stop the server and raise its counter above them (pg_resetwal --next-transaction-id and --epoch), or new events would sort before the old ones.',
  );
}

function parsePosition(position: Position): { tx: string; offset: string } {
  if (position === '') return { tx: '0', offset: '0' };
  const match = /^(\d{1,20}):(\d{1,19})$/.exec(position);
  if (match?.[1] === undefined || match[2] === undefined) throw new RangeError(`not a position of the events: ${JSON.stringify(position)}`);
  return { tx: match[1], offset: match[2] };
}

export interface CommittedPage {
  readonly events: readonly RecordedEvent[];
  readonly next: Position;
  /** True where later events (of the lane) are committed already but a transaction that still runs could come before them. */
  readonly heldBack: boolean;
}

/**
 * Behind a place and, of a lane, up to its end. The rows are compared whole, the lane with them, and sorted so: no other index can do that. By an equal
 * lane the planner may take the index without lanes for a lane that most events are in, and read past all others, again and again.
 */
function placeOf(sql: Sql, after: Position, lane: Lane | undefined) {
  const { tx, offset } = parsePosition(after);
  const place = sql`${tx}::text::xid8, ${offset}::bigint`;
  const settled = settledBelow(sql, lane);
  return lane === undefined
    ? { behind: sql`(e.tx, e.position) > (${place})`, settled: sql`e.tx < ${settled}`, order: sql`e.tx, e.position`, late: sql`e.tx >= ${settled}` }
    : {
        behind: sql`(e.lane, e.tx, e.position) > (${lane}, ${place}) and e.lane <= ${lane}`,
        settled: sql`(e.lane, e.tx) < (${lane}, ${settled})`,
        order: sql`e.lane, e.tx, e.position`,
        late: sql`e.lane = ${lane} and e.tx >= ${settled}`,
      };
}

/**
 * Reads a page, of one lane where one is given. What holds back is asked in the same snapshot: one round trip. Not by EXISTS, whose order the planner
 * leaves out: it then expects such an event everywhere in the table, and reads all of it to find none.
 */
export async function selectCommitted(sql: Sql, after: Position, limit: number, lane?: Lane): Promise<CommittedPage> {
  const { behind, settled, order, late } = placeOf(sql, after, lane);
  const rows = await sql<(EventRow & { readonly held_back: boolean })[]>`
    select held.held_back, page.*
    from (select coalesce((select true from events e where ${late} order by ${order} limit 1), false) as held_back) held
    left join (
      select e.tenant, e.stream_id, e.version, e.tx, e.position, e.type, e.lane, e.command_id, e.actor, e.at, e.traceparent, e.data, e.sealed, k.key
      from events e
      left join subject_keys k on k.tenant = e.tenant and k.stream_id = e.stream_id
      where ${behind} and ${settled}
      order by ${order}
      limit ${limit}
    ) page on true
    order by page.tx, page.position`;
  const heldBack = rows[0]?.held_back ?? false;
  // Where the page is empty, what holds back comes alone.
  const found = rows.filter(({ tx }) => tx !== null);
  const last = found.at(-1);
  return { events: found.map(toRecorded), next: last === undefined ? after : `${last.tx}:${last.position}`, heldBack };
}

/** How far readers of the lanes are behind their positions. */
export async function selectBacklog(sql: Sql, positions: Readonly<Record<Lane, Position>>): Promise<Backlog> {
  const oldest = (lane: Lane) => {
    const { behind, order } = placeOf(sql, positions[lane], lane);
    return sql`(select e.at from events e where ${behind} order by ${order} limit 1)`;
  };
  const [row] = await sql<(Record<Lane, string | null> & { readonly held_back_ms: number })[]>`
    select ${oldest('hot')} as hot, ${oldest('warm')} as warm, ${oldest('cold')} as cold, (
      select coalesce(extract(epoch from max(clock_timestamp() - xact_start)) * 1000, 0)::float8 from pg_stat_activity where backend_xid is not null
    ) as held_back_ms`;
  return { oldestAt: { hot: row?.hot ?? null, warm: row?.warm ?? null, cold: row?.cold ?? null }, heldBackMs: row?.held_back_ms ?? 0 };
}
