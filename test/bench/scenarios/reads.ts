/** Queries: ours and the peers on the same data, in interleaved rounds of one run. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startServer, type Server } from '../children.ts';
import { FOREIGN_CORES_MAX, patiently, untilQuiet, watchCpu, type Patience } from '../cpu.ts';
import { BY_ID, LIST, LIST_SIZE, requestBody } from '../documents.ts';
import type { Load } from '../load/client.ts';
import type { HttpJob } from '../load/jobs.ts';
import type { BenchOptions } from '../options.ts';
import { allLeads, type Product } from '../product.ts';
import type { PeerAgent, PeerFile } from '../servers/peer-data.ts';

export const OURS = 'this gateway';
/** The same process, asked so that it makes each answer anew: what a question costs that nobody asked before. */
const OURS_ANEW = 'this gateway, nothing kept';
export const BARE = 'bare node:http';
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
  readonly query: 'list' | 'by id';
  readonly server: string;
  readonly rounds: readonly ReadRound[];
}

export interface Measured {
  readonly pid: number;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface Target {
  readonly name: string;
  readonly pid: number;
  readonly list: string;
  readonly byId: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface LeadAnswer {
  readonly id: string;
  readonly agent: PeerAgent | null;
}

export const SELECTION = '{ id name email stage tier score { value confidence source } agent { id name } updatedAt }';

async function peerFile(product: Product): Promise<PeerFile> {
  const leads = await allLeads<Record<string, unknown> & LeadAnswer>(product, SELECTION);
  const edges = leads.slice(0, LIST_SIZE).map((node) => ({ node }));
  return {
    leads: leads.map(({ agent, ...lead }) => ({ ...lead, agentId: agent?.id ?? null })),
    agents: [...new Map(leads.flatMap(({ agent }) => (agent ? [[agent.id, agent] as const] : []))).values()],
    list: JSON.stringify({ data: { leads: { edges, pageInfo: { hasNextPage: leads.length > LIST_SIZE } } } }),
    byId: Object.fromEntries(leads.map((lead) => [lead.id, JSON.stringify({ data: { lead } })])),
  };
}

const target = (name: string, { url, pid }: Server, paths: { list: string; byId: string }, headers = {}): Target => ({
  name,
  pid,
  list: `${url}${paths.list}`,
  byId: `${url}${paths.byId}`,
  headers,
});
const SAME_PATH = { list: '/graphql', byId: '/graphql' };

async function startPeers(file: string): Promise<{ server: Server; target: Target }[]> {
  const start = async (name: string, script: string, paths = SAME_PATH) => {
    const server = await startServer({ file: `servers/${script}.ts`, args: [file] });
    return { server, target: target(name, server, paths) };
  };
  return Promise.all([
    start(BARE, 'bare', { list: '/list', byId: '/lead' }),
    start('mercurius + jit', 'mercurius'),
    start('Apollo Server 5', 'apollo', { list: '/', byId: '/' }),
    start('graphql-yoga', 'yoga'),
    start('graphql-yoga + its response cache', 'yoga-cached'),
    start('mercurius + jit + mercurius-cache', 'mercurius-cached'),
  ]);
}

type Query = ReadFigures['query'];

function jobsFor(data: PeerFile, tokens: readonly string[]): Record<Query, HttpJob['requests']> {
  const ids = Object.keys(data.byId);
  return {
    list: { kind: 'fixed', bodies: [requestBody(LIST, { first: LIST_SIZE })], answers: [data.list], tokens },
    'by id': { kind: 'fixed', bodies: ids.map((id) => requestBody(BY_ID, { id })), answers: Object.values(data.byId), tokens },
  };
}

/** Throws where a server does not answer exactly what the others do. */
async function requireSameBytes(one: Target, data: PeerFile): Promise<void> {
  const ask = async (url: string, body: string): Promise<string> => {
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...one.headers }, body });
    return (await response.text()).trimEnd();
  };
  const same = (what: string, answer: string, expected: string | undefined): void => {
    if (answer !== expected) throw new Error(`${one.name} answers ${what} with other bytes:\n${answer.slice(0, 400)}\ninstead of\n${expected?.slice(0, 400)}`);
  };
  same('the list', await ask(one.list, requestBody(LIST, { first: LIST_SIZE })), data.list);
  for (const [id, expected] of Object.entries(data.byId).slice(0, 50)) same(id, await ask(one.byId, requestBody(BY_ID, { id })), expected);
}

/** One round of load on one server. */
export async function measure(one: Measured, requests: HttpJob['requests'], seconds: number, load: Load, own: readonly number[]): Promise<ReadRound> {
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
  const authorization = `Bearer ${product.token}`;
  const tokens = await product.tokens(PEOPLE);
  const ours = target(OURS, product, SAME_PATH, { authorization });
  const anew = target(OURS_ANEW, product, SAME_PATH, { authorization, 'x-consistency-token': '' });
  const targets = [ours, anew, ...peers.map((peer) => peer.target)];
  const own = [process.pid, load.pid, ...targets.map(({ pid }) => pid)];
  try {
    for (const one of targets) await requireSameBytes(one, data);
    const figures: ReadFigures[] = [];
    for (const [query, requests] of Object.entries(jobsFor(data, tokens)) as [Query, HttpJob['requests']][]) {
      const rounds = new Map<string, ReadRound[]>(targets.map(({ name }) => [name, []]));
      const at = (one: Target): Measured => ({ ...one, url: query === 'list' ? one.list : one.byId });
      for (const one of targets) await measure(at(one), requests, options.warmUpSeconds, load, own);
      for (let round = 0; round < options.rounds; round += 1) {
        for (const one of targets)
          rounds.get(one.name)?.push(await undisturbed(() => measure(at(one), requests, options.roundSeconds, load, own), own, patience));
      }
      figures.push(...[...rounds].map(([server, of]) => ({ query, server, rounds: of })));
    }
    for (const one of targets) await requireSameBytes(one, data);
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
