/**
 * Reading in the order of commits. Positions are handed out before a commit, so a reader by position alone skips what commits late.
 * Sorted by (transaction, position) and read only below the oldest transaction that still runs, nothing can come in between later.
 */
import type { RecordedEvent } from '../../domain/messages.ts';
import type { Sql } from './connect.ts';
import { toRecorded, type EventRow } from './event-rows.ts';
import type { Position } from './event-store.ts';

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
  /** True where later events are committed already but a transaction that still runs could come before them. */
  readonly heldBack: boolean;
}

export async function selectCommitted(sql: Sql, after: Position, limit: number): Promise<CommittedPage> {
  const from = parsePosition(after);
  const rows = await sql<EventRow[]>`
    select e.tenant, e.stream_id, e.version, e.tx::text, e.position::text, e.type, e.lane, e.command_id, e.actor, e.at, e.traceparent, e.data, e.sealed, k.key
    from events e
    left join subject_keys k on k.tenant = e.tenant and k.stream_id = e.stream_id
    where (e.tx, e.position) > (${from.tx}::text::xid8, ${from.offset}::bigint) and e.tx < pg_snapshot_xmin(pg_current_snapshot())
    order by e.tx, e.position
    limit ${limit}`;
  const last = rows.at(-1);
  const next = last === undefined ? after : `${last.tx}:${last.position}`;
  const heldBack = rows.length < limit && (await hasLater(sql, next));
  return { events: rows.map(toRecorded), next, heldBack };
}

async function hasLater(sql: Sql, position: Position): Promise<boolean> {
  const { tx, offset } = parsePosition(position);
  const [later] = await sql`select 1 from events where (tx, position) > (${tx}::text::xid8, ${offset}::bigint) limit 1`;
  return later !== undefined;
}
