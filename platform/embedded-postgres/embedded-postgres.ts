/** PostgreSQL for a laptop: PGlite in a worker thread and a folder, behind a socket, so that the same driver and SQL work on it as on a server. */
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { lockFolder } from './folder-lock.ts';
import type { FromWorker, ToWorker, WorkerInput } from './messages.ts';
import { findTemplate, keepTemplate } from './template.ts';

export interface EmbeddedPostgresOptions {
  /** Made if missing. The database is in its `postgres` folder. */
  readonly dataDir: string;
  /** Told once if the engine fails while it runs; nothing works after that. Not given: the error ends the process. */
  readonly onBroken?: (error: Error) => void;
}

export interface EmbeddedPostgres {
  /** For `connect(url, { embedded: true })`. On the loopback only; a free port. */
  readonly url: string;
  /** Ends the connections, closes the database, gives the folder back. Safe to call twice. */
  stop(): Promise<void>;
}

/** More than one pool needs; a further client waits for nothing but is refused. */
const CONNECTIONS_MAX = 32;

/** A thread that has closed its database and its port has nothing left to do. */
const EXIT_WITHIN_MS = 5_000;

/** Throws a FolderLockedError where another process has the folder. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir);
  const unlock = lockFolder(dataDir);
  try {
    const engine = await openDatabase(dataDir, options.onBroken ?? rethrow);
    let stopping: Promise<void> | undefined;
    return {
      url: `postgres://postgres@127.0.0.1:${engine.port}/postgres?sslmode=disable`,
      stop: () => (stopping ??= engine.stop().finally(unlock)),
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

const rethrow = (error: Error): never => {
  throw error;
};

async function openDatabase(dataDir: string, onBroken: (error: Error) => void): Promise<Engine> {
  const folder = join(dataDir, 'postgres');
  // Written once the database stood for the first time: without it, making it was interrupted and nothing can be in it yet.
  const madeFile = join(dataDir, 'postgres.made');
  const isNew = !existsSync(madeFile);
  if (isNew) await rm(folder, { recursive: true, force: true });
  const template = isNew ? findTemplate() : null;
  const engine = await startEngine({ folder, template, connectionsMax: CONNECTIONS_MAX }, onBroken);
  if (isNew && template === null) await keepTemplate(await engine.dump());
  if (isNew) await writeFile(madeFile, `${new Date().toISOString()}\n`);
  return engine;
}

interface Engine {
  readonly port: number;
  dump(): Promise<Uint8Array>;
  stop(): Promise<void>;
}

async function startEngine(input: WorkerInput, onBroken: (error: Error) => void): Promise<Engine> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: input, execArgv: [], name: 'embedded-postgres' });
  let running = false;
  let stopped = false;
  const fail = (error: Error): void => {
    if (stopped || !running) return;
    stopped = true;
    void worker.terminate();
    onBroken(error);
  };
  worker.on('message', (message: FromWorker) => {
    if (message.kind === 'broken') fail(new Error(`the embedded database failed: ${message.reason}`));
  });
  worker.on('error', (error) => fail(error instanceof Error ? error : new Error(String(error))));
  worker.on('exit', (code) => fail(new Error(`the embedded database ended by itself (${code})`)));
  const say = (message: ToWorker): void => worker.postMessage(message, []);
  const ready = await heard(worker, 'ready');
  running = true;
  return {
    port: ready.port,
    async dump() {
      const dumped = heard(worker, 'dumped');
      say({ kind: 'dump' });
      return (await dumped).bytes;
    },
    async stop() {
      if (stopped) return;
      stopped = true;
      const done = heard(worker, 'stopped');
      const exited = new Promise<void>((resolve) => void worker.once('exit', () => resolve()));
      say({ kind: 'stop' });
      await done;
      // It ends by itself: cut off in the middle of that, Node has been seen to end the whole process (SIGTRAP, a check of V8's own).
      const byForce = setTimeout(() => void worker.terminate(), EXIT_WITHIN_MS);
      await exited;
      clearTimeout(byForce);
    },
  };
}

/** The next message of that kind; rejects where the thread fails or ends first. */
function heard<K extends FromWorker['kind']>(worker: Worker, kind: K): Promise<Extract<FromWorker, { kind: K }>> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: FromWorker): void => {
      if (message.kind === kind) settle(() => resolve(message as Extract<FromWorker, { kind: K }>));
      else if (message.kind === 'broken') settle(() => reject(new Error(`the embedded database failed: ${message.reason}`)));
    };
    const onError = (error: unknown): void => settle(() => reject(error instanceof Error ? error : new Error(String(error))));
    const onExit = (code: number): void => settle(() => reject(new Error(`the embedded database ended (${code})`)));
    const settle = (then: () => void): void => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      then();
    };
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
  });
}
