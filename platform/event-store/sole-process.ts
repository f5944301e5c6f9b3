/** For a database that one process has to itself: the embedded one, whose folder is locked. */
import type { Sql } from './connect.ts';

/**
 * Frees what a process that was killed still holds: nobody waits for its leases to run out. Call it before anything is started, and only where
 * no other process can be connected.
 */
export async function forgetEarlierProcesses(sql: Sql): Promise<void> {
  await sql`update log_offsets set owner = null, expires_at = null where owner is not null`;
  await sql`delete from log_members`;
  await sql`delete from leases`;
}
