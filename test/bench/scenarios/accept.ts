/**
 * Mutations that a gateway alone takes into the log, durable before the answer, beside one insert each, and beside the least that a server can do about
 * them. Nobody carries them out.
 */
import { join } from 'node:path';
import { createTableLog } from '../../../platform/log/table-log.ts';
import { ALL_TOPICS } from '../../../platform/log/topics.ts';
import { startServer } from '../children.ts';
import { watchCpu } from '../cpu.ts';
import { fillEvents, untilServed } from '../fill-events.ts';
import type { Load } from '../load/client.ts';
import type { HttpFigures } from '../load/jobs.ts';
import type { BenchOptions } from '../options.ts';
import type { Product } from '../product.ts';
import { freshDatabase, patientLog, startScaledGateway, startWorker, withSql, type Environment } from '../scaled.ts';
import { CONNECTIONS } from './reads.ts';

export const ACCEPT_PEER = 'graphql-yoga, one insert each';
/** Those that interactions are with. */
const LEADS = 1_000;

export interface AcceptRound extends HttpFigures {
  readonly serverMicrosPerRequest: number;
}
export interface AcceptResult {
  readonly rounds: Readonly<Record<string, readonly AcceptRound[]>>;
}

interface Target {
  readonly name: string;
  readonly pid: number;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface Run {
  readonly seconds: number;
  readonly leadIds: readonly string[];
  /** In no other run. */
  readonly name: string;
}

async function round(one: Target, { seconds, leadIds, name }: Run, load: Load): Promise<AcceptRound> {
  const stop = watchCpu([one.pid]);
  const requests = { kind: 'mutations', leadIds, run: name } as const;
  const figures = await load.http({ url: `${one.url}/graphql`, headers: one.headers, connections: CONNECTIONS, seconds, requests });
  return { ...figures, serverMicrosPerRequest: ((stop().seconds.get(one.pid) ?? Number.NaN) * 1e6) / figures.requests };
}

export async function benchAccept(shared: Environment, load: Load, options: BenchOptions, folder: string): Promise<AcceptResult> {
  const log = patientLog(shared, 'bench');
  await log.ensureTopics(ALL_TOPICS);
  await log.close();
  const env = { ...shared, DATABASE_URL: await freshDatabase(shared, 'accept'), DATA_DIR: join(folder, 'accept') };
  await withSql(env.DATABASE_URL, (sql) => createTableLog({ sql, notify: false, instance: 'bench' }).ensureTopics(ALL_TOPICS));
  const leadIds = (await fillEvents(env, LEADS)).map(({ id }) => id);
  const kafka = await startScaledGateway(env);
  await shown(env, kafka);
  const table = await startScaledGateway({ ...env, KAFKA_BROKERS: '' });
  const peer = await startServer({ file: 'servers/yoga-insert.ts', env });
  const bare = await startServer({ file: 'servers/bare-accept.ts', args: [env.DATABASE_URL] });
  const bareWithout = await startServer({ file: 'servers/bare-accept.ts', args: ['none'] });
  try {
    const headers = { authorization: `Bearer ${kafka.token}` };
    const targets: readonly Target[] = [
      { name: 'this gateway, the log is Kafka', pid: kafka.pid, url: kafka.url, headers },
      { name: 'this gateway, the log is a table', pid: table.pid, url: table.url, headers: { authorization: `Bearer ${table.token}` } },
      { name: ACCEPT_PEER, pid: peer.pid, url: peer.url, headers: {} },
      { name: 'bare node:http, the same table', pid: bare.pid, url: bare.url, headers: {} },
      { name: 'bare node:http, nothing written', pid: bareWithout.pid, url: bareWithout.url, headers: {} },
    ];
    const rounds: Record<string, AcceptRound[]> = Object.fromEntries(targets.map(({ name }) => [name, []]));
    for (const one of targets) await round(one, { name: `w${one.pid}`, seconds: options.warmUpSeconds, leadIds }, load);
    for (let number = 0; number < options.rounds; number += 1) {
      for (const one of targets) {
        rounds[one.name]?.push(await round(one, { name: `r${one.pid}.${number}`, seconds: options.roundSeconds, leadIds }, load));
      }
    }
    return { rounds };
  } finally {
    await Promise.all([kafka, table, peer, bare, bareWithout].map((one) => one.stop()));
  }
}

/** The leads are in the read models then, and nobody works any more. */
async function shown(env: Environment, product: Product): Promise<void> {
  const worker = await startWorker(env, ['relay', 'projector', 'origin']);
  try {
    await untilServed(product);
  } finally {
    await worker.stop();
  }
}
