/** Leads by id out of Redis over REST, none of them in the gateway's memory: ours and what the documentation of the packages comes to. */
import { join } from 'node:path';
import { Redis } from '@upstash/redis';
import { startServer } from '../children.ts';
import { BY_ID, requestBody } from '../documents.ts';
import { fillEvents, untilServed } from '../fill-events.ts';
import type { Load } from '../load/client.ts';
import type { HttpJob } from '../load/jobs.ts';
import type { BenchOptions } from '../options.ts';
import type { Product } from '../product.ts';
import { freshDatabase, startScaledGateway, startWorker, type Environment } from '../scaled.ts';
import { SELECTION, type Target } from './read-contests.ts';
import { measure, type ReadRound } from './reads.ts';

export const REST_OURS = 'this gateway, nothing in memory';
const PEER = 'graphql-yoga + DataLoader + @upstash/redis';
/** Different ones in rotation, of all that are in Redis. */
const ASKED = 20_000;
const NODES = 100;
const PEOPLE = 500;

export interface RestResult {
  readonly leads: number;
  readonly rounds: Readonly<Record<string, readonly ReadRound[]>>;
}

interface Nodes {
  readonly nodes: readonly (Readonly<Record<string, unknown>> & { readonly id: string })[];
}

/** As the product answers them. */
async function answersOf(product: Product, ids: readonly string[]): Promise<Nodes['nodes']> {
  const answers: Nodes['nodes'][number][] = [];
  for (let from = 0; from < ids.length; from += NODES) {
    const document = `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Lead ${SELECTION} } }`;
    answers.push(...(await product.query<Nodes>(document, { ids: ids.slice(from, from + NODES) })).nodes);
  }
  return answers;
}

async function fillPeer(env: Environment, leads: Nodes['nodes']): Promise<void> {
  const redis = new Redis({ url: env['UPSTASH_REDIS_REST_URL'] ?? '', token: env['UPSTASH_REDIS_REST_TOKEN'] ?? '' });
  for (let from = 0; from < leads.length; from += NODES) {
    const chunk = leads.slice(from, from + NODES).map((lead): [string, unknown] => [`peer:lead:${lead.id}`, { ...lead, agentId: null }]);
    await redis.mset(Object.fromEntries(chunk));
  }
}

/** Every so-manieth of them. */
const spread = <T>(all: readonly T[], count: number): T[] => all.filter((_one, at) => at % Math.max(1, Math.floor(all.length / count)) === 0);

export async function benchRest(shared: Environment, load: Load, options: BenchOptions, folder: string): Promise<RestResult> {
  const env = { ...shared, DATABASE_URL: await freshDatabase(shared, 'rest'), DATA_DIR: join(folder, 'rest') };
  const leads = await fillEvents(env, options.restLeads);
  const worker = await startWorker(env, ['command-handler', 'relay', 'projector', 'origin']);
  const product = await startScaledGateway({ ...env, CACHE_MEGABYTES: '0' });
  const peer = await startServer({ file: 'servers/yoga-rest.ts', env });
  try {
    await untilServed(product);
    const asked = await answersOf(
      product,
      spread(leads, ASKED).map(({ id }) => id),
    );
    await fillPeer(env, asked);
    const requests: HttpJob['requests'] = {
      kind: 'fixed',
      bodies: asked.map(({ id }) => requestBody(BY_ID, { id })),
      answers: asked.map((lead) => JSON.stringify({ data: { lead } })),
      tokens: await product.tokens(PEOPLE),
    };
    const servers: readonly Target[] = [
      { name: REST_OURS, pid: product.pid, url: `${product.url}/graphql`, headers: {} },
      { name: PEER, pid: peer.pid, url: `${peer.url}/graphql`, headers: {} },
    ];
    const own = [process.pid, load.pid, worker.pid, ...servers.map(({ pid }) => pid)];
    const rounds: Record<string, ReadRound[]> = Object.fromEntries(servers.map(({ name }) => [name, []]));
    for (const one of servers) await measure(one, requests, options.warmUpSeconds, load, own);
    for (let round = 0; round < options.rounds; round += 1) {
      for (const one of servers) rounds[one.name]?.push(await measure(one, requests, options.roundSeconds, load, own));
    }
    return { leads: leads.length, rounds };
  } finally {
    await Promise.all([product.stop(), worker.stop(), peer.stop()]);
  }
}
