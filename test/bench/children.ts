/** The processes of a run: servers on one core, what loads them on another, and all of them gone at the end. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { forgetChild, rememberChild } from '../../scripts/services/children.ts';

export const SERVER_CORE = 0;
export const LOAD_CORE = 1;
/** False where the system decides which core runs what. */
export const PINNED = process.platform === 'linux' && availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0;

const START_TIMEOUT_MS = 60_000;
const STOP_BY_FORCE_AFTER_MS = 10_000;

export interface Child {
  readonly process: ChildProcess;
  readonly pid: number;
  stop(): Promise<void>;
}

export interface ChildSpec {
  /** Relative to test/bench/. */
  readonly file: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly core: number;
  readonly nodeArgs?: readonly string[];
}

/** The command kept to that core, where that can be done. */
export const onCore = (core: number, command: readonly [string, ...string[]]): readonly [string, ...string[]] =>
  PINNED ? ['taskset', '-c', String(core), ...command] : command;

export function startChild({ file, args = [], env = {}, core, nodeArgs = [] }: ChildSpec): Child {
  const [program, ...rest] = onCore(core, [process.execPath, ...nodeArgs, fileURLToPath(new URL(file, import.meta.url)), ...args]);
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'], env: { ...process.env, NODE_ENV: 'production', ...env } });
  rememberChild(child, 'SIGTERM');
  const ended = new Promise<void>((resolve) => void child.once('close', () => resolve()));
  void ended.then(() => forgetChild(child));
  if (child.pid === undefined) throw new Error(`${program} cannot be started`);
  return {
    process: child,
    pid: child.pid,
    async stop() {
      child.kill('SIGTERM');
      const byForce = setTimeout(() => child.kill('SIGKILL'), STOP_BY_FORCE_AFTER_MS);
      await ended;
      clearTimeout(byForce);
    },
  };
}

/** What the child prints until `pattern` fits it. Rejects where it ends first, or takes longer than `timeoutMs`. */
export function printed({ process: child }: Child, pattern: RegExp, timeoutMs = START_TIMEOUT_MS): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    let text = '';
    const giveUp = setTimeout(() => reject(new Error(`${child.spawnargs.join(' ')} did not print ${pattern} in time:\n${text}`)), timeoutMs);
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const found = pattern.exec(text);
      if (found === null) return;
      clearTimeout(giveUp);
      resolve(found);
    });
    child.once('close', (code) => {
      clearTimeout(giveUp);
      reject(new Error(`${child.spawnargs.join(' ')} ended with ${code}:\n${text}`));
    });
  });
}

/** What a child answers to what it is told. */
export async function told<Answer>(child: Child, what: object): Promise<Answer> {
  const answer = once(child.process, 'message') as Promise<[Answer]>;
  child.process.send(what);
  const [said] = await answer;
  return said;
}

export interface Server extends Child {
  readonly url: string;
}

/** A server that prints where it listens. */
export async function startServer(spec: Omit<ChildSpec, 'core'>): Promise<Server> {
  const child = startChild({ ...spec, core: SERVER_CORE });
  const [url] = await printed(child, /http:\/\/127\.0\.0\.1:\d+/);
  return { ...child, url };
}
