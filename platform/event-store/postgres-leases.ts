/** Leases as rows, by the database's clock: the clocks of the holders need not agree. */
import type { Sql } from './connect.ts';
import { inStoreTerms } from './database-errors.ts';
import type { Leases } from './leases.ts';

export function createPostgresLeases({ sql }: { readonly sql: Sql }): Leases {
  return {
    async hold(name, holder, ttlMs) {
      const rows = await inStoreTerms(sql`
        insert into leases (name, holder, expires_at) values (${name}, ${holder}, clock_timestamp() + ${ttlMs}::float8 * interval '1 millisecond')
        on conflict (name) do update set holder = excluded.holder, expires_at = excluded.expires_at
        where leases.holder = excluded.holder or leases.expires_at <= clock_timestamp()
        returning holder`);
      return rows.length > 0;
    },
    async release(name, holder) {
      await inStoreTerms(sql`delete from leases where name = ${name} and holder = ${holder}`);
    },
  };
}
