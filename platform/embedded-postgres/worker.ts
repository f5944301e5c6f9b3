/** The thread that PGlite runs in: a long query blocks this event loop and not that of the product. */
import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import type { FromWorker, ToWorker, WorkerInput } from './messages.ts';
import { oneBatchAtATime } from './one-batch-at-a-time.ts';

const port = parentPort;
if (port === null) throw new Error('this file runs in a worker thread');
const say = (message: FromWorker): void => port.postMessage(message);
const { folder, template, connectionsMax } = workerData as WorkerInput;

const db = await PGlite.create({
  dataDir: folder,
  ...(template === null ? {} : { loadDataDir: new Blob([await readFile(template)]) }),
});
const onBroken = (error: unknown): void => say({ kind: 'broken', reason: error instanceof Error ? error.message : String(error) });
const server = new PGLiteSocketServer({ db: oneBatchAtATime(db, onBroken), host: '127.0.0.1', port: 0, maxConnections: connectionsMax });
await server.start();

async function stop(): Promise<void> {
  await server.stop();
  await db.close();
  say({ kind: 'stopped' });
  port?.close();
}

async function dump(): Promise<void> {
  const file = await db.dumpDataDir('gzip');
  say({ kind: 'dumped', bytes: new Uint8Array(await file.arrayBuffer()) });
}

port.on('message', (message: ToWorker) => {
  const done = message.kind === 'stop' ? stop() : dump();
  done.catch(onBroken);
});
say({ kind: 'ready', port: Number(server.getServerConn().split(':').at(-1)) });
