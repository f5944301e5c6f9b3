/** How long a server takes from its start to its first answer: by the clock, and in processor time, which other work on the machine leaves nearly alone. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { forgetChild, rememberChild } from '../../scripts/services/children.ts';

export interface FirstAnswer {
  readonly wallMs: number;
  /** Of all its threads until then; null where the system does not tell. */
  readonly cpuMs: number | null;
  readonly text: string;
}

export interface FirstQuestion {
  /** A server that prints its address once it listens. */
  readonly command: readonly [string, ...string[]];
  readonly cwd?: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly headers: Readonly<Record<string, string>>;
  /** POSTed to /graphql. */
  readonly body: string;
}

const ADDRESS = /http:\/\/127\.0\.0\.1:\d+/;
const START_TIMEOUT_MS = 60_000;

/** Starts it, asks it once, ends it by SIGTERM. Rejects where it ends before, or does not end well. */
export async function firstAnswer({ command: [program, ...args], cwd, env, headers, body }: FirstQuestion): Promise<FirstAnswer> {
  const startedMs = performance.now();
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] });
  rememberChild(child, 'SIGTERM');
  const ended = once(child, 'close');
  try {
    const url = await addressOf(child);
    const response = await fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
    const text = await response.text();
    return { wallMs: performance.now() - startedMs, cpuMs: cpuMsOf(child.pid ?? 0), text };
  } finally {
    child.kill('SIGTERM');
    await ended;
    forgetChild(child);
  }
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = '';
    const fail = (): void => reject(new Error(`${child.spawnargs.join(' ')} did not say where it listens:\n${printed}`));
    const late = setTimeout(fail, START_TIMEOUT_MS);
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      const [url] = ADDRESS.exec(printed) ?? [];
      if (url === undefined) return;
      clearTimeout(late);
      resolve(url);
    });
    child.once('close', () => {
      clearTimeout(late);
      fail();
    });
  });
}

const NANOSECONDS_PER_MS = 1e6;

function cpuMsOf(pid: number): number | null {
  try {
    const times = readdirSync(`/proc/${pid}/task`).map((thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]));
    return times.reduce((sum, one) => sum + one, 0) / NANOSECONDS_PER_MS;
  } catch {
    return null; // Not Linux, or one without these figures.
  }
}

/** What bare node takes: a server that reads the body and answers a few bytes, as node is mostly written, without a file. */
export const BARE_SERVER = `
import { createServer } from 'node:http';
const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (text) => (body += text));
  request.on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":{}}'));
});
process.on('SIGTERM', () => process.exit(0));
server.listen(0, '127.0.0.1', () => console.log('http://127.0.0.1:' + server.address().port));
`;
