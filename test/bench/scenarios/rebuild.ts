/** Reads while all views are built anew by `npm run rebuild`. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startChild, SERVER_CORE } from '../children.ts';
import { NEWEST_LEADS } from '../documents.ts';
import { fillEvents, untilServed } from '../fill-events.ts';
import type { Load, PacedRun } from '../load/client.ts';
import type { KnownLead, KnownPage, PacedSample } from '../load/jobs.ts';
import type { BenchOptions } from '../options.ts';
import type { Product } from '../product.ts';
import { freshDatabase, startScaledGateway, startWorker, type Environment } from '../scaled.ts';

const READS_PER_SECOND = 200;
const LISTS_PER_SECOND = 20;
/** Leads change meanwhile: what the new views must not lose. */
const NOTES_PER_SECOND = 2;
const CHANGING = 50;
const PAGES = 5;
const PAGE_SIZE = 20;
const REBUILD_TIMEOUT_MS = 1_200_000;

export interface RebuildResult {
  readonly leads: number;
  readonly seconds: number;
  readonly before: readonly PacedSample[];
  readonly during: readonly PacedSample[];
  /** From the end of the rebuild on: on the new views. */
  readonly after: readonly PacedSample[];
}

interface Page {
  readonly leads: { readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[] };
}

async function knownPages(product: Product): Promise<KnownPage[]> {
  const pages: KnownPage[] = [];
  for (let after: string | null = null; pages.length < PAGES;) {
    const { leads }: Page = await product.query<Page>(NEWEST_LEADS, { first: PAGE_SIZE, after });
    pages.push({ after, ids: leads.edges.map(({ node }) => node.id) });
    after = leads.edges.at(-1)?.cursor ?? null;
  }
  if (pages.some(({ ids }) => ids.length !== PAGE_SIZE)) throw new Error('the pages of the list are not full');
  return pages;
}

/** Ends with `npm run rebuild`; rejects where that fails. */
async function runRebuild(env: Environment): Promise<number> {
  const startedMs = performance.now();
  const child = startChild({ file: '../../scripts/rebuild.ts', env, core: SERVER_CORE });
  let output = '';
  child.process.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  const late = setTimeout(() => child.process.kill('SIGTERM'), REBUILD_TIMEOUT_MS);
  const code = await new Promise<number | null>((resolve) => void child.process.once('close', resolve));
  clearTimeout(late);
  if (code !== 0) throw new Error(`scripts/rebuild.ts ended with ${code}:\n${output}`);
  return (performance.now() - startedMs) / 1000;
}

function readLoad(load: Load, product: Product, leads: readonly KnownLead[], pages: readonly KnownPage[]): PacedRun {
  return load.paced({
    url: product.url,
    token: product.token,
    secondsMax: REBUILD_TIMEOUT_MS / 1000,
    streams: [
      { perSecond: READS_PER_SECOND - LISTS_PER_SECOND, requests: { kind: 'by id', leads } },
      { perSecond: LISTS_PER_SECOND, requests: { kind: 'lists', pages } },
      { perSecond: NOTES_PER_SECOND, requests: { kind: 'notes', leadIds: leads.slice(0, CHANGING).map(({ id }) => id) } },
    ],
  });
}

/** Needs the services to itself. */
export async function benchRebuild(shared: Environment, load: Load, options: BenchOptions, folder: string): Promise<RebuildResult> {
  const env = { ...shared, DATABASE_URL: await freshDatabase(shared, 'rebuild'), DATA_DIR: join(folder, 'rebuild') };
  const leads = await fillEvents(env, options.rebuildLeads);
  const worker = await startWorker(env, ['command-handler', 'relay', 'projector', 'origin']);
  const product = await startScaledGateway(env);
  try {
    await untilServed(product);
    const pages = await knownPages(product);
    const phase = async (work: () => Promise<unknown>): Promise<readonly PacedSample[]> => {
      const run = readLoad(load, product, leads, pages);
      await work();
      return (await run.stop()).samples;
    };
    let seconds = 0;
    await phase(() => delay(options.warmUpSeconds * 1000));
    const before = await phase(() => delay(options.readSeconds * 1000));
    const during = await phase(async () => (seconds = await runRebuild(env)));
    const after = await phase(() => delay(options.readSeconds * 1000));
    return { leads: leads.length, seconds, before, during, after };
  } finally {
    await Promise.all([product.stop(), worker.stop()]);
  }
}
