/** Faults that the database itself makes, to order. */
import type { Sql } from '../../platform/event-store/connect.ts';

let made = 0;

/**
 * Every insert into `table` fails with the SQLSTATE where `when` (SQL over the new row) is true, until the answer is called.
 * `P0001` is what a defect looks like, `22000` what can never be stored, `53100` a full disk.
 */
export async function refuseInserts(sql: Sql, table: 'events' | 'inbox' | 'parked_commands', when: string, code: string): Promise<() => Promise<void>> {
  const name = `refuse_${(made += 1)}`;
  await sql.unsafe(`create function ${name}() returns trigger language plpgsql as $$
    begin if ${when} then raise exception 'ordered by a test' using errcode = '${code}'; end if; return new; end $$`);
  await sql.unsafe(`create trigger ${name} before insert on ${table} for each row execute function ${name}()`);
  return async () => {
    await sql.unsafe(`drop trigger ${name} on ${table}`);
  };
}
