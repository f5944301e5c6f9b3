/** Says whether platform/event-store/schema.ts has changes that no migration makes yet. Needs no database: drizzle-kit compares the schema with its last snapshot. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const schema = 'platform/event-store/schema.ts';

/** drizzle-kit's answer to being asked for the next migration, made in a copy of the folder. */
function askForNextMigration(): string {
  const copy = mkdtempSync(join(tmpdir(), 'migrations-'));
  try {
    cpSync(join(root, 'platform/event-store/migrations'), copy, { recursive: true });
    const kit = join(root, 'node_modules/drizzle-kit/bin.cjs');
    const options = ['--dialect=postgresql', `--schema=${schema}`, `--out=${relative(root, copy)}`];
    return execFileSync(process.execPath, [kit, 'generate', ...options], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** True where every change of the schema has its migration. (Only this sentence says so: drizzle-kit ends with 0 even where it failed.) */
export const migrationsAreUpToDate = (): boolean => askForNextMigration().includes('No schema changes');

if (import.meta.main) {
  if (migrationsAreUpToDate()) {
    console.log('The migrations are up to date with the schema.');
  } else {
    console.error(`${schema} has changes without a migration. Run \`npx drizzle-kit generate --name <what changed>\` and commit what it makes.`);
    process.exitCode = 1;
  }
}
