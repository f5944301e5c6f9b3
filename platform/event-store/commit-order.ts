/**
 * Reading in the order of commits. Positions are handed out before a commit, so a reader by position alone skips what commits late.
 * Sorted by (transaction, position) and read only below the oldest transaction that still runs, nothing can come in between later.
 */
import { LANES, type Lane, type RecordedEvent } from '../../domain/messages.ts';
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

/** Reads a page, of one lane where one is given. What holds back is asked in the same snapshot: one round trip. */
export async function selectCommitted(sql: Sql, after: Position, limit: number, lane?: Lane): Promise<CommittedPage> {
  const from = parsePosition(after);
  const ofLane = lane === undefined ? sql`true` : sql`e.lane = ${lane}`;
  const rows = await sql<(EventRow & { readonly held_back: boolean })[]>`
    select held.held_back, page.*
    from (select exists (select 1 from events e where ${ofLane} and e.tx >= pg_snapshot_xmin(pg_current_snapshot())) as held_back) held
    left join (
      select e.tenant, e.stream_id, e.version, e.tx, e.position, e.type, e.lane, e.command_id, e.actor, e.at, e.traceparent, e.data, e.sealed, k.key
      from events e
      left join subject_keys k on k.tenant = e.tenant and k.stream_id = e.stream_id
      where ${ofLane} and (e.tx, e.position) > (${from.tx}::text::xid8, ${from.offset}::bigint) and e.tx < pg_snapshot_xmin(pg_current_snapshot())
      order by e.tx, e.position
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
  const readers = LANES.map((lane) => {
    const { tx, offset } = parsePosition(positions[lane]);
    return { lane, tx, start: offset };
  });
  const rows = await sql<{ lane: Lane; at: string | null; held_back_ms: number }[]>`
    select r.lane, oldest.at, running.held_back_ms
    from jsonb_to_recordset(${JSON.stringify(readers)}::text::jsonb) as r(lane text, tx text, start bigint)
    left join lateral (
      select e.at from events e where e.lane = r.lane and (e.tx, e.position) > (r.tx::xid8, r.start) order by e.tx, e.position limit 1
    ) oldest on true
    cross join (
      select coalesce(extract(epoch from max(clock_timestamp() - xact_start)) * 1000, 0)::float8 as held_back_ms
      from pg_stat_activity where backend_xid is not null
    ) running`;
  const oldestAt = { hot: null, warm: null, cold: null } as Record<Lane, string | null>;
  for (const { lane, at } of rows) oldestAt[lane] = at;
  return { oldestAt, heldBackMs: rows[0]?.held_back_ms ?? 0 };
}
