/** `npm run bench`: the product beside other servers, on the same data in the same run. Everything on 127.0.0.1, in a folder of its own that is removed. */
import { chmod, mkdtemp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { connect } from '../../platform/event-store/connect.ts';
import { ServiceMissingError } from '../../scripts/services/service.ts';
import { startServices, type Services } from '../../scripts/services/index.ts';
import type { Patience } from './cpu.ts';
import { startLoad, type Load } from './load/client.ts';
import { benchOptions, USAGE, type BenchOptions, type ScenarioName } from './options.ts';
import { seed, startProduct, requireWhole, type Product, type WhereData } from './product.ts';
import { describe, errorsOf, writePage, type Results } from './report.ts';
import { benchAccepted, benchDrain, type AcceptedResult, type DrainResult } from './scenarios/commands.ts';
import { benchHeld } from './scenarios/held.ts';
import { benchLive, type LiveResult } from './scenarios/live.ts';
import { benchReads, type ReadFigures } from './scenarios/reads.ts';
import { benchRolling } from './scenarios/rolling.ts';
import { benchStalled } from './scenarios/stalled.ts';
import { benchWatchers } from './scenarios/watchers.ts';
import { benchScaled, type ScaledResults } from './run-scaled.ts';

interface Collected {
  readonly patience: Patience;
  readonly reads: ReadFigures[];
  readonly accepted: AcceptedResult[];
  readonly drains: DrainResult[];
  readonly live: LiveResult[];
  readonly scaled: ScaledResults;
  readonly missing: string[];
}

const startedMs = performance.now();
const say = (sentence: string): void => console.error(`[${((performance.now() - startedMs) / 1000).toFixed(0).padStart(3)} s] ${sentence}`);

async function withProduct(where: WhereData, use: (product: Product) => Promise<void>): Promise<void> {
  await seed(where);
  const product = await startProduct(where);
  try {
    await requireWhole(product);
    await use(product);
  } finally {
    await product.stop();
  }
}

/** The scenarios of the product in one process; the others are the scaled size's. */
const IN_ONE_PROCESS: ReadonlySet<ScenarioName> = new Set<ScenarioName>(['reads', 'commands', 'live']);

/** What is asked of one size of the product. Reads come first: what follows changes the data. */
async function benchSize(writeModel: string, where: WhereData, load: Load, options: BenchOptions, to: Collected): Promise<void> {
  const isEmbedded = where.databaseUrl === undefined;
  const wanted = options.only.filter((name) => IN_ONE_PROCESS.has(name) && (isEmbedded || name !== 'reads'));
  if (wanted.length === 0) return;
  say(`${writeModel}: the brokerage moves in`);
  await withProduct(where, async (product) => {
    if (wanted.includes('reads')) {
      say('queries');
      to.reads.push(...(await benchReads(product, load, options, to.patience, where.dataDir)));
    }
    if (wanted.includes('live')) {
      say(`${writeModel}: subscribers`);
      to.live.push(await benchLive(writeModel, product, load, options));
    }
    if (wanted.includes('commands')) {
      say(`${writeModel}: commands accepted`);
      to.accepted.push(await benchAccepted(writeModel, product, load, options, to.patience));
    }
  });
}

async function postgresIn(folder: string, missing: string[]): Promise<Services | undefined> {
  try {
    return await startServices({ folder, which: { postgres: true }, durable: true });
  } catch (error) {
    if (!(error instanceof ServiceMissingError)) throw error;
    missing.push(`everything on PostgreSQL. ${error.message}`);
    return undefined;
  }
}

const emptyFolder = async (folder: string, name: string): Promise<string> => {
  const path = join(folder, name);
  await mkdir(path);
  return path;
};

async function run(options: BenchOptions, folder: string): Promise<Results> {
  const results: Collected = { patience: { leftMs: options.patienceSeconds * 1000 }, reads: [], accepted: [], drains: [], live: [], scaled: {}, missing: [] };
  const load = startLoad();
  const postgres = options.only.some((name) => name === 'commands' || name === 'live')
    ? await postgresIn(join(folder, 'services'), results.missing)
    : undefined;
  try {
    await benchSize('PGlite', { dataDir: await emptyFolder(folder, 'embedded') }, load, options, results);
    if (options.only.includes('commands')) {
      say('PGlite: many commands at once');
      results.drains.push(await benchDrain('PGlite', { dataDir: await emptyFolder(folder, 'embedded-drain') }, options));
    }
    if (postgres) await benchOnPostgres(postgres, folder, load, options, results);
    await postgres?.stop();
    const scaled = await benchScaled(load, options, folder, results.patience, say);
    const watchers = options.only.includes('watchers') ? await benchWatchers(options, say) : undefined;
    const stalled = options.only.includes('stalled') ? await benchStalled(options, say) : undefined;
    const rolling = options.only.includes('rolling') ? await benchRolling(options, say) : undefined;
    const held = options.only.includes('held') ? await benchHeld(options, say) : undefined;
    return { ...results, scaled, ...(watchers && { watchers }), ...(stalled && { stalled }), ...(rolling && { rolling }), ...(held && { held }) };
  } finally {
    await load.stop();
    await postgres?.stop();
  }
}

/** Another database of the same server. */
async function anotherDatabase(databaseUrl: string, name: string): Promise<string> {
  const sql = connect(databaseUrl, { connectionsMax: 1 });
  await sql.unsafe(`create database ${name}`);
  await sql.end();
  return Object.assign(new URL(databaseUrl), { pathname: `/${name}` }).href;
}

async function benchOnPostgres({ env }: Services, folder: string, load: Load, options: BenchOptions, to: Collected): Promise<void> {
  const databaseUrl = env['DATABASE_URL'] ?? '';
  await benchSize('PostgreSQL', { dataDir: await emptyFolder(folder, 'postgres'), databaseUrl }, load, options, to);
  if (!options.only.includes('commands')) return;
  say('PostgreSQL: many commands at once');
  const where = { dataDir: await emptyFolder(folder, 'postgres-drain'), databaseUrl: await anotherDatabase(databaseUrl, 'drain') };
  to.drains.push(await benchDrain('PostgreSQL', where, options));
}

const command = ['npm run bench', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' ');
if (parseArgs({ strict: false, options: { help: { type: 'boolean' } } }).values['help'] === true) {
  console.log(USAGE);
  process.exit(0);
}
const folder = await mkdtemp(join(tmpdir(), 'lead-intelligence-bench-'));
// PostgreSQL may run as another user, whose data would otherwise lie elsewhere and stay there.
await chmod(folder, 0o711);
try {
  const options = benchOptions(process.argv.slice(2));
  const results = await run(options, folder);
  const sections = describe(results, command);
  console.log(`\n${[...sections.values()].join('\n\n')}\n`);
  const errors = errorsOf(results);
  if (errors > 0) throw new Error(`${errors} answers were not what they should be: these are no figures`);
  if (options.write) await writePage(sections);
  say(options.write ? 'written into docs/benchmarks.md' : 'done');
} catch (error) {
  console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  if (error instanceof RangeError) console.error(USAGE);
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
