/** Commands applied by one worker process, beside bare inserts of the very rows that it wrote. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Lane } from '../../../domain/messages.ts';
import type { LogRecord } from '../../../platform/log/log.ts';
import { printed, SERVER_CORE, startChild } from '../children.ts';
import { watchCpu } from '../cpu.ts';
import { dayOfCommands } from '../day.ts';
import type { BenchOptions } from '../options.ts';
import { dropDatabase, fillLog, freshDatabase, startWorker, withSql, type Environment } from '../scaled.ts';
import { writeRate, type WriteRate } from './write-rate.ts';

const CONNECTIONS = [1, 2, 4] as const;
const POLL_MS = 200;
const TIMEOUT_MS = 120_000;
/** The worker counts as warm from here on: its processor time is taken from then to the end. */
const WARM_PART = 0.2;

export interface WriteRound {
  /** Commands of people: their receipts are shown in Redis, too. */
  readonly worker: WriteRate;
  /** The same commands sent by another worker, as scores and matches are: nobody waits for a receipt. */
  readonly untold: WriteRate;
  readonly bare: readonly (WriteRate & { readonly connections: number })[];
}
export interface WriteResult {
  readonly commands: number;
  readonly rounds: readonly WriteRound[];
}

/** As the server counts insertions, a moment late. Counting the rows themselves would take a third of the server's core. */
const inboxCount = (url: string): Promise<number> =>
  withSql(url, async (sql) => {
    const [row] = await sql<{ count: number }[]>`select n_tup_ins::int as count from pg_stat_user_tables where relname = 'inbox'`;
    return row?.count ?? 0;
  });

async function untilInboxHas(url: string, count: number): Promise<number> {
  const deadlineMs = performance.now() + TIMEOUT_MS;
  for (;;) {
    const found = await inboxCount(url);
    if (found >= count) return found;
    if (performance.now() > deadlineMs) throw new Error(`only ${found} of ${count} commands were carried out within ${TIMEOUT_MS} ms`);
    await delay(POLL_MS);
  }
}

/** What was rolled back counts as an insertion, too. */
async function requireAll(url: string, count: number): Promise<void> {
  const [row] = await withSql(url, (sql) => sql<{ count: number }[]>`select count(*)::int as count from inbox`);
  if (row?.count !== count) throw new Error(`${row?.count} of ${count} commands are in the inbox: batches were rolled back, the rate is none`);
}

/** Rejected commands would be cheap ones. Of one lane, or of all. */
export async function requireApplied(url: string, lane?: Lane): Promise<void> {
  await withSql(url, async (sql) => {
    const [refused] = await sql`
      select outcome from inbox
      where outcome->>'status' not in ('APPLIED', 'VISIBLE') and outcome->>'lane' = coalesce(${lane ?? null}::text, outcome->>'lane') limit 1`;
    if (refused !== undefined) throw new Error(`a command was not applied: ${JSON.stringify(refused['outcome'])}`);
  });
}

/** The log is full before the worker starts, so that the worker is what limits. */
async function drainByWorker(env: Environment, name: string, records: readonly LogRecord[]): Promise<{ rate: WriteRate; url: string }> {
  const url = await freshDatabase(env, name);
  await fillLog(env, records);
  const worker = await startWorker({ ...env, DATABASE_URL: url }, ['command-handler']);
  try {
    const warm = await untilInboxHas(url, records.length * WARM_PART);
    const stop = watchCpu([worker.pid]);
    const all = await untilInboxHas(url, records.length);
    const seconds = stop().seconds.get(worker.pid) ?? Number.NaN;
    await requireAll(url, records.length);
    await requireApplied(url);
    const commandsPerSecond = await withSql(url, writeRate);
    return { url, rate: { commandsPerSecond, clientMicrosPerCommand: (seconds * 1e6) / (all - warm) } };
  } finally {
    await worker.stop();
  }
}

async function insertBare(env: Environment, name: string, rows: string, connections: number): Promise<WriteRate> {
  const url = await freshDatabase(env, name);
  const child = startChild({ file: 'servers/bare-inserts.ts', args: [rows, url, String(connections)], core: SERVER_CORE });
  try {
    const [, text = ''] = await printed(child, /^(\{.*\})$/m);
    return JSON.parse(text) as WriteRate;
  } finally {
    await child.stop();
    await dropDatabase(env, name);
  }
}

async function round(env: Environment, name: string, commands: number): Promise<WriteRound> {
  const { rate: worker, url } = await drainByWorker(env, `worker_${name}`, await dayOfCommands(`told-${name}`, commands));
  const bare: WriteRound['bare'][number][] = [];
  for (const connections of CONNECTIONS) bare.push({ connections, ...(await insertBare(env, `bare_${name}_${connections}`, url, connections)) });
  const untoldRecords = await dayOfCommands(`untold-${name}`, commands, { actorId: 'worker:bench' });
  const { rate: untold } = await drainByWorker(env, `untold_${name}`, untoldRecords);
  for (const database of [`worker_${name}`, `untold_${name}`]) await dropDatabase(env, database);
  return { worker, untold, bare };
}

const ROUNDS_MAX = 3;

export async function benchWrite(env: Environment, options: BenchOptions): Promise<WriteResult> {
  const rounds: WriteRound[] = [];
  for (let number = 0; number < Math.min(options.rounds, ROUNDS_MAX); number += 1) rounds.push(await round(env, String(number), options.writeCommands));
  return { commands: options.writeCommands, rounds };
}
