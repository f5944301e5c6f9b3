/** Queries: ours and the peers on the same data, in interleaved rounds of one run. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withPlainNames } from '../documents.ts';
import { FOREIGN_CORES_MAX, patiently, untilQuiet, watchCpu, type Patience } from '../cpu.ts';
import type { Load } from '../load/client.ts';
import type { HttpJob } from '../load/jobs.ts';
import type { BenchOptions } from '../options.ts';
import type { Product } from '../product.ts';
import { contestsOf, peerFile, startPeers, type Contest, type Query, type Target } from './read-contests.ts';

export const CONNECTIONS = 32;
/** Each with a token of its own; ours verifies every one, the others do not look at it. */
const PEOPLE = 500;

export interface ReadRound {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Null where it is not known. */
  readonly serverMicrosPerRequest: number | null;
  readonly loadCores: number | null;
  readonly foreignCores: number | null;
  readonly errors: number;
}
export interface ReadFigures {
  readonly query: Query;
  readonly server: string;
  readonly rounds: readonly ReadRound[];
}

const SAMPLES = 50;

/** Throws where a server does not answer exactly what the others do. */
async function requireSameBytes(one: Target, { query, requests: { bodies, answers, tokens } }: Contest): Promise<void> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${tokens[0]}`, ...one.headers };
  const step = Math.max(1, Math.floor(bodies.length / SAMPLES));
  for (let at = 0; at < bodies.length; at += step) {
    const response = await fetch(one.url, { method: 'POST', headers, body: bodies[at] ?? '' });
    const answer = withPlainNames((await response.text()).trimEnd());
    // Where there are fewer answers than bodies, as many neighbours each have the same one.
    const expected = answers[Math.floor((at * answers.length) / bodies.length)];
    if (answer !== expected)
      throw new Error(`${one.name} answers "${query}" with other bytes:\n${answer.slice(0, 400)}\ninstead of\n${expected?.slice(0, 400)}`);
  }
}

/** One round of load on one server. */
export async function measure(
  one: Omit<Target, 'name'>,
  requests: HttpJob['requests'],
  seconds: number,
  load: Load,
  own: readonly number[],
): Promise<ReadRound> {
  const stop = watchCpu(own);
  const figures = await load.http({ url: one.url, headers: one.headers, connections: CONNECTIONS, seconds, requests });
  const { seconds: used, foreignCores } = stop();
  const [serverSeconds, loadSeconds] = [used.get(one.pid), used.get(load.pid)];
  return {
    ...figures,
    serverMicrosPerRequest: serverSeconds === undefined ? null : (serverSeconds * 1e6) / figures.requests,
    loadCores: loadSeconds === undefined ? null : loadSeconds / (figures.requests / figures.requestsPerSecond),
    foreignCores,
  };
}

export async function benchReads(product: Product, load: Load, options: BenchOptions, patience: Patience, folder: string): Promise<ReadFigures[]> {
  const data = await peerFile(product);
  const path = join(folder, 'peers.json');
  await writeFile(path, JSON.stringify(data));
  const peers = await startPeers(path);
  const own = [process.pid, load.pid, product.pid, ...peers.map(({ server }) => server.pid)];
  try {
    const contests = contestsOf(data, product, peers, await product.tokens(PEOPLE));
    const requireAllSame = async (): Promise<void> => {
      for (const contest of contests) for (const one of contest.targets) await requireSameBytes(one, contest);
    };
    await requireAllSame();
    const figures: ReadFigures[] = [];
    for (const { query, requests, targets } of contests) {
      const rounds = new Map<string, ReadRound[]>(targets.map(({ name }) => [name, []]));
      for (const one of targets) await measure(one, requests, options.warmUpSeconds, load, own);
      for (let round = 0; round < options.rounds; round += 1) {
        for (const one of targets) rounds.get(one.name)?.push(await undisturbed(() => measure(one, requests, options.roundSeconds, load, own), own, patience));
      }
      figures.push(...[...rounds].map(([server, of]) => ({ query, server, rounds: of })));
    }
    await requireAllSame();
    return figures;
  } finally {
    await Promise.all(peers.map(({ server }) => server.stop()));
  }
}

/** What others disturbed is measured again, while there is patience. */
async function undisturbed(round: () => Promise<ReadRound>, own: readonly number[], patience: Patience): Promise<ReadRound> {
  await untilQuiet(own, patience);
  let figures = await round();
  while (figures.foreignCores !== null && figures.foreignCores > FOREIGN_CORES_MAX && patience.leftMs > 0) {
    await untilQuiet(own, patience);
    const again = await patiently(patience, round);
    if (again.foreignCores !== null && again.foreignCores < figures.foreignCores) figures = again;
  }
  return figures;
}
