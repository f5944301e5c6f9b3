/** The scaled size: PostgreSQL, Kafka, Redis and its bridge on one core with the load, the product's own processes on the other. */
import { LANES, type Lane } from '../../domain/messages.ts';
import { connect, type Sql } from '../../platform/event-store/connect.ts';
import { migrate } from '../../platform/event-store/migrate.ts';
import { createKafkaLog } from '../../platform/log/kafka-log.ts';
import type { Log, LogRecord } from '../../platform/log/log.ts';
import { ALL_TOPICS } from '../../platform/log/topics.ts';
import type { RoleName } from '../../workers/kit/role.ts';
import { LOAD_CORE, printed, SERVER_CORE, startChild, type Child } from './children.ts';
import { asProduct, type Product } from './product.ts';

export type Environment = Readonly<Record<string, string>>;

export interface ScaledServices extends Child {
  /** What gateways and workers are told; all databases are on this server. */
  readonly env: Environment;
}

/** Four servers at once, the first time with a download. */
const START_TIMEOUT_MS = 180_000;
const EXPORTED = /^export (\w+)='(.*)'$/gm;

/** Durable, as `npm run start:services` starts them. Rejects where one of them is missing; what to install stands on standard error. */
export async function startScaledServices(folder: string): Promise<ScaledServices> {
  const child = startChild({ file: '../../scripts/start-services.ts', args: [`--folder=${folder}`], core: LOAD_CORE });
  try {
    const [text] = await printed(child, /^# The services run\.[^]*^# Ctrl-C/m, START_TIMEOUT_MS);
    const exported = Object.fromEntries(Array.from(text.matchAll(EXPORTED), ([, name = '', value = '']) => [name, value]));
    return { ...child, env: { ...exported, PORT: '0', WORKER_PORT: '0', LOG_LEVEL: 'info' } };
  } catch (error) {
    await child.stop();
    throw error;
  }
}

/** An empty database with the product's tables, of its own. */
export async function freshDatabase(env: Environment, name: string): Promise<string> {
  const server = connect(env['DATABASE_URL'] ?? '', { connectionsMax: 1 });
  await server.unsafe(`drop database if exists ${name}`);
  await server.unsafe(`create database ${name}`);
  await server.end();
  const url = Object.assign(new URL(env['DATABASE_URL'] ?? ''), { pathname: `/${name}` }).href;
  await withSql(url, migrate);
  return url;
}

export async function dropDatabase(env: Environment, name: string): Promise<void> {
  await withSql(env['DATABASE_URL'] ?? '', (sql) => sql.unsafe(`drop database if exists ${name} with (force)`));
}

/** One connection for as long as `use` takes. */
export async function withSql<T>(url: string, use: (sql: Sql) => PromiseLike<T>): Promise<T> {
  const sql = connect(url, { connectionsMax: 1 });
  try {
    return await use(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

const CHUNK = 500;

/** On a machine that is loaded to the full a broker may take its time; the run's own questions wait for it. */
const ANSWER_TIMEOUT_MS = 15_000;

export const patientLog = (env: Environment, clientId: string): Log =>
  createKafkaLog({ brokers: (env['KAFKA_BROKERS'] ?? '').split(','), clientId, timing: { answerTimeoutMs: ANSWER_TIMEOUT_MS } });

/** Puts records into the scaled log. */
export async function fillLog(env: Environment, records: readonly LogRecord[]): Promise<void> {
  const log = patientLog(env, 'bench');
  try {
    await log.ensureTopics(ALL_TOPICS);
    for (let from = 0; from < records.length; from += CHUNK) await log.append(records.slice(from, from + CHUNK));
  } finally {
    await log.close();
  }
}

/** A worker process with these roles; resolves when they work. */
export async function startWorker(env: Environment, roles: readonly RoleName[], lanes: readonly Lane[] = LANES): Promise<Child> {
  const child = startChild({
    file: '../../workers/main.ts',
    args: [`--roles=${roles.join(',')}`, `--lanes=${lanes.join(',')}`],
    env: workerEnvironment(env, roles),
    core: SERVER_CORE,
  });
  await printed(child, /"msg":"ready: /);
  return child;
}

/** Gateways look for the origin at its address. */
function workerEnvironment(env: Environment, roles: readonly RoleName[]): Environment {
  return roles.includes('origin') ? { ...env, WORKER_PORT: new URL(env['ORIGIN_URL'] ?? '').port } : env;
}

export async function startScaledGateway(env: Environment): Promise<Product> {
  const child = startChild({ file: '../../gateway/main.node.ts', env, core: SERVER_CORE });
  const [, url = ''] = await printed(child, /"msg":"ready on (http:[^"]+)"/);
  return asProduct({ ...child, url });
}
