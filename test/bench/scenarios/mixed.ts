/** Mixed traffic by Zipf over two gateways: which layer answered, how fast, and how soon a change is served everywhere. */
import { join } from 'node:path';
import { fillEvents, untilServed } from '../fill-events.ts';
import type { Load } from '../load/client.ts';
import type { MixedFigures, MixedJob } from '../load/jobs.ts';
import type { BenchOptions } from '../options.ts';
import type { Product } from '../product.ts';
import { freshDatabase, startScaledGateway, startWorker, type Environment } from '../scaled.ts';
import { growth, readMetrics, type Metrics } from './metrics-text.ts';
import { CONNECTIONS } from './reads.ts';

const PEOPLE = 500;
/** Of what they can do at most: requests of an open loop that come faster than answers would measure the queue alone. */
const SHARE_OF_CLOSED = 0.5;
/** Kafka's JVM compiles for half a minute, on the core that it shares with all services. */
const WARM_UPS = 3;

export interface MixedResult {
  readonly leads: number;
  readonly closed: MixedFigures;
  readonly open: MixedFigures;
  /** Of the open loop, planned. */
  readonly perSecond: number;
  /** What came to the counters of both gateways during the open loop, and to those of the worker. */
  readonly gateways: Metrics;
  readonly worker: Metrics;
}

const allMetrics = (urls: readonly string[]): Promise<Metrics[]> => Promise.all(urls.map(readMetrics));

export interface MixedGateways {
  readonly products: readonly Product[];
  readonly leads: number;
  readonly mixed: (pace: MixedJob['pace'], seconds: number) => Promise<MixedFigures>;
}

/** Two gateways and a worker over as many leads as the options say. Needs the services to itself. */
export async function withMixedGateways<T>(
  { env: shared, load, options, folder }: { readonly env: Environment; readonly load: Load; readonly options: BenchOptions; readonly folder: string },
  gatewayEnv: Environment,
  use: (gateways: MixedGateways) => Promise<T>,
): Promise<T> {
  const env = { ...shared, DATABASE_URL: await freshDatabase(shared, 'mixed'), DATA_DIR: join(folder, 'mixed') };
  const leads = await fillEvents(env, options.mixedLeads);
  const worker = await startWorker(env, ['command-handler', 'relay', 'projector', 'scoring', 'origin']);
  const products: Product[] = [];
  try {
    // One after the other: the first makes the key by which both know tokens.
    for (let gateway = 0; gateway < 2; gateway += 1) products.push(await startScaledGateway({ ...env, ...gatewayEnv }));
    for (const product of products) await untilServed(product);
    const urls = products.map(({ url }) => url);
    const tokens = (await products[0]?.tokens(PEOPLE)) ?? [];
    return await use({ products, leads: leads.length, mixed: (pace, seconds) => load.mixed({ urls, tokens, leads, seconds, pace }) });
  } finally {
    await Promise.all([...products.map((product) => product.stop()), worker.stop()]);
  }
}

export const CLOSED_LOOP = { kind: 'closed', clients: CONNECTIONS } as const;

export function benchMixed(env: Environment, load: Load, options: BenchOptions, folder: string): Promise<MixedResult> {
  return withMixedGateways({ env, load, options, folder }, {}, async ({ products, leads, mixed }) => {
    const urls = products.map(({ url }) => url);
    await mixed(CLOSED_LOOP, options.warmUpSeconds * WARM_UPS);
    const closed = await mixed(CLOSED_LOOP, options.mixedSeconds / 3);
    const perSecond = options.mixedPerSecond ?? Math.max(1, Math.round(closed.perSecond * SHARE_OF_CLOSED));
    const workers = [env['ORIGIN_URL'] ?? ''];
    const before = [await allMetrics(urls), await allMetrics(workers)] as const;
    const open = await mixed({ kind: 'open', perSecond }, options.mixedSeconds);
    const after = [await allMetrics(urls), await allMetrics(workers)] as const;
    return { leads, closed, open, perSecond, gateways: growth(before[0], after[0]), worker: growth(before[1], after[1]) };
  });
}
