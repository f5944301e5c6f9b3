/** Hot work beside a backlog of cold work: how long a hot change takes to be VISIBLE, and how fast the cold ones still go. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Child } from '../children.ts';
import { brokerageRecords } from '../data.ts';
import { hotLeads, importCommands } from '../day.ts';
import type { Load } from '../load/client.ts';
import type { PacedSample } from '../load/jobs.ts';
import type { BenchOptions } from '../options.ts';
import type { Product } from '../product.ts';
import { fillLog, freshDatabase, startScaledGateway, startWorker, type Environment } from '../scaled.ts';
import { openBacklog, type Backlog } from './backlog.ts';
import { requireApplied } from './write.ts';

const HOT_LEADS_COUNT = 50;
const HOT_PER_SECOND = 10;
const WARM_UP_SAMPLES = 20;
const SECONDS_MAX = 1_800;
const DRAIN_TIMEOUT_MS = 900_000;

export interface LanesResult {
  readonly coldCommands: number;
  /** A hot change until VISIBLE, milliseconds. */
  readonly idleMs: readonly number[];
  readonly besideColdMs: readonly number[];
  /** From workers that start until the whole backlog is carried out, with all that follows from it, and projected. */
  readonly coldAloneSeconds: number;
  readonly coldBesideHotSeconds: number;
  readonly wrong: readonly string[];
}

/** A process for each lane, one for the relay, and one for what follows from changes. */
async function startWorkers(env: Environment): Promise<Pick<Child, 'stop'>> {
  const started = await Promise.all([
    startWorker(env, ['command-handler', 'projector', 'origin'], ['hot']),
    startWorker(env, ['relay']),
    startWorker(env, ['command-handler', 'projector'], ['warm']),
    startWorker(env, ['command-handler', 'projector'], ['cold']),
    startWorker(env, ['scoring', 'matching']),
  ]);
  return { stop: async () => void (await Promise.all(started.map((worker) => worker.stop()))) };
}

const HOT_LEADS = `query { leads(first: 100, filter: { tier: HOT }) { edges { node { id } } } }`;

async function foundHot(product: Product): Promise<string[]> {
  const { leads } = await product.query<{ leads: { edges: { node: { id: string } }[] } }>(HOT_LEADS, {});
  if (leads.edges.length === 0) throw new Error('no lead is HOT');
  return leads.edges.map(({ node }) => node.id);
}

interface Setup {
  readonly env: Environment;
  readonly product: Product;
  readonly load: Load;
  readonly backlog: Backlog;
  readonly leadIds: readonly string[];
}

const hotLoad = ({ load, product, leadIds }: Setup) =>
  load.paced({
    url: product.url,
    token: product.token,
    secondsMax: SECONDS_MAX,
    streams: [{ perSecond: HOT_PER_SECOND, requests: { kind: 'notes', leadIds } }],
  });

async function idle(setup: Setup, samples: number): Promise<readonly PacedSample[]> {
  const hot = hotLoad(setup);
  await delay(((samples + WARM_UP_SAMPLES) / HOT_PER_SECOND + 1) * 1000);
  return (await hot.stop()).samples.slice(WARM_UP_SAMPLES);
}

interface Drain {
  readonly seconds: number;
  readonly hot: readonly PacedSample[];
}

/** The backlog is put in while no worker runs. `hot`: with the hot load, from the moment that workers run until the backlog is gone. */
async function drainCold(setup: Setup, name: string, commands: number, withHot: boolean): Promise<Drain> {
  await fillLog(setup.env, await importCommands(name, commands));
  const workers = await startWorkers(setup.env);
  try {
    const startedMs = performance.now();
    const hot = withHot ? hotLoad(setup) : undefined;
    await setup.backlog.untilDone(['cold'], DRAIN_TIMEOUT_MS);
    const seconds = (performance.now() - startedMs) / 1000;
    // Workers that have only just started are slow for a moment, backlog or not.
    const samples = (await hot?.stop())?.samples.slice(WARM_UP_SAMPLES) ?? [];
    await setup.backlog.untilDone(['hot', 'warm', 'cold'], DRAIN_TIMEOUT_MS);
    return { seconds, hot: samples };
  } finally {
    await workers.stop();
  }
}

const milliseconds = (samples: readonly PacedSample[]): number[] => samples.map(({ ms }) => ms);

/** Needs the services to itself. */
export async function benchLanes(shared: Environment, load: Load, options: BenchOptions, folder: string): Promise<LanesResult> {
  const env = { ...shared, DATABASE_URL: await freshDatabase(shared, 'lanes'), DATA_DIR: join(folder, 'lanes') };
  const backlog = openBacklog(env);
  const product = await startScaledGateway(env);
  try {
    await fillLog(env, [...(await brokerageRecords()), ...(await hotLeads(HOT_LEADS_COUNT))]);
    const workers = await startWorkers(env);
    let setup: Setup;
    let idleSamples: readonly PacedSample[];
    try {
      await backlog.untilDone(['hot', 'warm', 'cold'], DRAIN_TIMEOUT_MS);
      setup = { env, product, load, backlog, leadIds: await foundHot(product) };
      idleSamples = await idle(setup, options.laneSamples);
    } finally {
      await workers.stop();
    }
    const alone = await drainCold(setup, 'alone', options.coldCommands, false);
    const beside = await drainCold(setup, 'beside', options.coldCommands, true);
    await requireApplied(env['DATABASE_URL'], 'cold');
    return {
      coldCommands: options.coldCommands,
      idleMs: milliseconds(idleSamples),
      besideColdMs: milliseconds(beside.hot),
      coldAloneSeconds: alone.seconds,
      coldBesideHotSeconds: beside.seconds,
      wrong: [...idleSamples, ...beside.hot].flatMap(({ wrong }) => wrong ?? []),
    };
  } finally {
    await product.stop();
    await backlog.close();
  }
}
