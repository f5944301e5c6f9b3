/** `npm run check`: everything that can be known without running the product. Runs all of it and says what failed. */
import { spawnSync } from 'node:child_process';

const bin = (name: string, ...args: string[]): readonly string[] => [process.execPath, `node_modules/.bin/${name}`, ...args];
const CHECKS: readonly { readonly name: string; readonly command: readonly string[] }[] = [
  { name: 'format (npm run fmt mends it)', command: bin('oxfmt', '--check', '.') },
  { name: 'lint, and the directions of imports', command: bin('oxlint', '--type-aware', '--deny-warnings') },
  { name: 'types', command: bin('tsc', '-p', '.') },
  { name: 'types of the domain, without node or a browser', command: bin('tsc', '-p', 'domain') },
  ...['resolvers', 'schema', 'gateway'].map((folder) => ({ name: `types of ${folder} at the edge, without node`, command: bin('tsc', '-p', folder) })),
  { name: 'types of the dashboard', command: bin('tsc', '-p', 'dashboard') },
  { name: 'dead code', command: bin('knip') },
  { name: 'the printed schema (npm run schema mends it)', command: [process.execPath, 'scripts/print-schema.ts', '--check'] },
  { name: 'migrations fit the tables (npm run migrations mends it)', command: [process.execPath, 'scripts/check-migrations.ts'] },
];

const failed: string[] = [];
for (const { name, command } of CHECKS) {
  const [program = '', ...args] = command;
  const startedAt = performance.now();
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`);
  if (status === 0) continue;
  failed.push(name);
  console.log(`${stdout}${stderr}`.trimEnd());
}
if (failed.length > 0) {
  console.error(`\n${failed.length} of ${CHECKS.length} checks failed: ${failed.join('; ')}`);
  process.exit(1);
}
