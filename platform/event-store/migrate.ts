/** Brings a database to the schema of this version. */
import { fileURLToPath } from 'node:url';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import type { Sql } from './connect.ts';
import { inTransaction } from './transaction.ts';

/** The files that drizzle-kit made. */
export const MIGRATIONS_FOLDER = fileURLToPath(new URL('./migrations', import.meta.url));
/** Any number, as long as nothing else in the database locks it. */
const MIGRATION_LOCK = 7_215_032;

/** The database was migrated with a file that has another content now: nobody can say what it looks like. */
export class MigrationChangedError extends Error {
  override readonly name = 'MigrationChangedError';
}

/**
 * Applies what is missing, all of it in one transaction. Several processes may start at once: one does it, the others wait.
 * (drizzle's own migrator takes no lock, which is why only its files are used.)
 */
export async function migrate(sql: Sql): Promise<void> {
  const migrations = readMigrationFiles({ migrationsFolder: MIGRATIONS_FOLDER });
  await inTransaction(sql, async (tx) => {
    await tx`select pg_advisory_xact_lock(${MIGRATION_LOCK}::bigint)`;
    await tx`create table if not exists schema_migrations (made_at bigint primary key, hash text not null, applied_at timestamptz not null default now())`;
    const rows = await tx<{ made_at: string; hash: string }[]>`select made_at::text, hash from schema_migrations`;
    const applied = new Map(rows.map((row) => [row.made_at, row.hash]));
    for (const { sql: statements, hash, folderMillis } of migrations) {
      const madeAt = String(folderMillis);
      const known = applied.get(madeAt);
      if (known !== undefined && known !== hash)
        throw new MigrationChangedError(`the migration of ${new Date(folderMillis).toISOString()} was changed after it ran here`);
      if (known !== undefined) continue;
      for (const statement of statements) await tx.unsafe(statement);
      await tx`insert into schema_migrations (made_at, hash) values (${madeAt}::bigint, ${hash})`;
    }
  });
}
