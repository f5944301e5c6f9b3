/** The gateway's bundle for the edge, built and run in a thread that has web globals only. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { bundleEdge, EDGE_ENTRY } from '../../scripts/edge/bundle.ts';

export interface IsolateAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Promises that were given to waitUntil. */
  readonly behind: number;
  /** From the beginning of the import to the end of this answer. */
  readonly sinceStartMs: number;
}
export interface IsolateRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Reads the answer until this stands in it, then lets it go. */
  readonly until?: string;
  /** Called once the answer began. */
  readonly onOpen?: () => void;
}
export interface Isolate {
  fetch(path: string, request?: IsolateRequest): Promise<IsolateAnswer>;
  stop(): Promise<void>;
}

interface Message {
  readonly id?: number;
  readonly ready?: true;
  readonly opened?: true;
  readonly error?: string;
  readonly headers?: [string, string][];
}
interface Waiting {
  readonly done: PromiseWithResolvers<IsolateAnswer>;
  readonly onOpen: (() => void) | undefined;
}

const decoder = new TextDecoder();
/** What Node has and isolates have not: out of the bundle's sight. (Node's own fetch would miss them, were they taken away.) */
const WITHOUT_NODE = `const ${['process', 'Buffer', 'global', 'require', 'setImmediate', 'clearImmediate'].map((name) => `${name}=undefined`).join()};\n`;

export async function startIsolate(bindings: Readonly<Record<string, string>>): Promise<Isolate> {
  const folder = await mkdtemp(join(tmpdir(), 'isolate-'));
  const { files } = await bundleEdge();
  // Node takes .js for what the nearest package.json says.
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  for (const { name, contents } of files) await writeFile(join(folder, name), WITHOUT_NODE + decoder.decode(contents));
  const workerData = { url: pathToFileURL(join(folder, EDGE_ENTRY)).href, bindings };
  const worker = new Worker(new URL('./isolate-host.mjs', import.meta.url), { workerData });
  const waiting = new Map<number, Waiting>();
  const ready = Promise.withResolvers<void>();
  worker.on('error', ready.reject);
  worker.on('message', (message: Message) => {
    if (message.ready) return ready.resolve();
    const id = message.id ?? 0;
    const { done, onOpen } = waiting.get(id) ?? {};
    if (message.opened) return onOpen?.();
    waiting.delete(id);
    if (message.error !== undefined) done?.reject(new Error(message.error));
    else done?.resolve({ ...(message as unknown as IsolateAnswer), headers: new Headers(message.headers) });
  });
  await ready.promise;
  let count = 0;
  return {
    fetch(path, { onOpen, ...request } = {}) {
      const id = (count += 1);
      const done = Promise.withResolvers<IsolateAnswer>();
      waiting.set(id, { done, onOpen });
      // As platforms hand it over: with its length.
      const headers = { ...(request.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(request.body)) }), ...request.headers };
      worker.postMessage({ id, url: `https://edge.example${path}`, ...request, headers }, []);
      return done.promise;
    },
    async stop() {
      await worker.terminate();
      await rm(folder, { recursive: true });
    },
  };
}
