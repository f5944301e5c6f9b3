/**
 * Transactions that write events of the cold lane and of no other say so by an advisory lock, before their first write: whoever reads another lane
 * need not wait for them. The promise is the transaction's own; who makes none (any other program, an older version) is waited for.
 */
import type { Lane, RecordedEvent } from '../../domain/messages.ts';
import type { Queryable, Sql } from './connect.ts';

/** The two numbers of the lock, chosen to be nobody else's. It is shared, so nobody ever waits for it. */
const LOCK_CLASS = 1_279_877_956;
const LOCK_COLD_ONLY = 1;

/** Sent without waiting: it travels with the transaction's first queries, and where it fails they fail, too. */
export function promiseColdOnly(tx: Queryable): void {
  tx`select pg_advisory_xact_lock_shared(${LOCK_CLASS}, ${LOCK_COLD_ONLY})`.then(
    () => undefined,
    () => undefined,
  );
}

/** Throws where an event is not of the cold lane. */
export function assertCold(events: Iterable<RecordedEvent>): void {
  for (const { id, lane } of events) if (lane !== 'cold') throw new Error(`${id} is of the lane ${lane}, in a transaction that promised cold events only`);
}

/**
 * The transaction below which nothing can come any more in the lane (in all of them where none is given), as of the statement's own snapshot.
 * The locks are looked at after the snapshot was taken: a promise that is not seen any more was kept by one that still counts as running here.
 */
export const settledBelow = (sql: Sql, lane: Lane | undefined) =>
  lane === undefined || lane === 'cold'
    ? sql`pg_snapshot_xmin(pg_current_snapshot())`
    : sql`coalesce(
        (select running from pg_snapshot_xip(pg_current_snapshot()) running where running::xid not in (
          select own.transactionid from pg_locks promised join pg_locks own using (virtualtransaction)
          where promised.locktype = 'advisory' and promised.classid = ${LOCK_CLASS} and promised.objid = ${LOCK_COLD_ONLY}
            and own.locktype = 'transactionid' and own.mode = 'ExclusiveLock' and own.granted
        ) order by running limit 1),
        pg_snapshot_xmax(pg_current_snapshot())
      )`;
