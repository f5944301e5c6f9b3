/** The product's processes, each started again a moment after it ended, as Kubernetes would. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { VARIABLES } from '../../../platform/config/variables.ts';
import type { Random } from '../../../scripts/demo/random.ts';
import { forgetChild, rememberChild } from '../../../scripts/services/children.ts';
import { endsWithParent } from '../../../scripts/services/service.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const CLOCK = fileURLToPath(new URL('clock.ts', import.meta.url));
const READY = /"msg":"ready/;
const RESTART_PAUSE_MS = { min: 200, max: 2_000 };
/** A process that does not end when it is asked to. */
const STOP_BY_FORCE_AFTER_MS = 20_000;

export interface ProcessSpec {
  readonly name: string;
  /** What follows `node`. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface Supervised {
  readonly name: string;
  /** Says that it works, and has not ended since. */
  isReady(): boolean;
  /** Nothing happens where it does not run just now. A process that was stopped (SIGSTOP) takes SIGKILL all the same. */
  signal(signal: NodeJS.Signals): void;
  /** The process's own clock against the machine's. */
  setClock(offsetMs: number): void;
  /** How often it was started again. */
  restarts(): number;
}

export interface Supervisor {
  readonly processes: readonly Supervised[];
  process(name: string): Supervised;
  /** Resolves once all say that they work; rejects after `timeoutMs`. */
  allReady(timeoutMs: number): Promise<void>;
  /** Nothing is started again; SIGTERM, then by force. */
  stop(): Promise<void>;
}

/** Logs and clocks of the processes go into `folder`. */
export function startSupervisor(specs: readonly ProcessSpec[], folder: string, random: Random): Supervisor {
  let stopping = false;
  const running = specs.map((spec) => supervise(spec, folder, random, () => stopping));
  const find = (name: string): Supervised => {
    const found = running.find((one) => one.name === name);
    if (found === undefined) throw new Error(`there is no process ${name}; there are ${running.map((one) => one.name).join(', ')}`);
    return found;
  };
  return {
    processes: running,
    process: find,
    async allReady(timeoutMs) {
      const deadlineMs = performance.now() + timeoutMs;
      while (!running.every((one) => one.isReady())) {
        if (performance.now() > deadlineMs) {
          const late = running.filter((one) => !one.isReady()).map(({ name }) => name);
          throw new Error(`not ready after ${timeoutMs} ms: ${late.join(', ')}; see their logs in ${folder}`);
        }
        await delay(50);
      }
    },
    async stop() {
      stopping = true;
      await Promise.all(running.map((one) => one.end()));
    },
  };
}

function supervise(spec: ProcessSpec, folder: string, random: Random, isStopping: () => boolean): Supervised & { end(): Promise<void> } {
  const clockFile = join(folder, `${spec.name}.clock`);
  const log = createWriteStream(join(folder, `${spec.name}.log`), { flags: 'a' });
  const ended = Promise.withResolvers<void>();
  let child: ChildProcess | undefined;
  let [ready, restarts] = [false, 0];
  let waiting: NodeJS.Timeout | undefined;

  const start = (): void => {
    const started = spawnNode(spec, clockFile);
    let said = '';
    child = started;
    for (const stream of [started.stdout, started.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        log.write(text);
        if (ready) return;
        said += text;
        ready = READY.test(said);
      });
    }
    // Not `exit`: the last words may still be on their way then.
    started.once('close', (code, signal) => {
      log.write(`--- ended with ${code ?? signal}\n`);
      forgetChild(started);
      [child, ready] = [undefined, false];
      if (isStopping()) return ended.resolve();
      restarts += 1;
      waiting = setTimeout(start, random.between(RESTART_PAUSE_MS.min, RESTART_PAUSE_MS.max));
    });
  };
  start();
  return {
    name: spec.name,
    isReady: () => ready,
    signal: (signal) => void child?.kill(signal),
    setClock: (offsetMs) => writeFileSync(clockFile, String(offsetMs)),
    restarts: () => restarts,
    async end() {
      clearTimeout(waiting);
      if (child !== undefined) {
        // One that is stopped would not hear of the end.
        child.kill('SIGCONT');
        child.kill('SIGTERM');
        const byForce = setTimeout(() => child?.kill('SIGKILL'), STOP_BY_FORCE_AFTER_MS);
        await ended.promise;
        clearTimeout(byForce);
      }
      await new Promise((resolve) => log.end(resolve));
    },
  };
}

function spawnNode({ args, env }: ProcessSpec, clockFile: string): ChildProcess {
  const clock = `${pathToFileURL(CLOCK).href}?file=${encodeURIComponent(clockFile)}`;
  const [file, all] = endsWithParent({ file: process.execPath, args: ['--import', clock, ...args], stopSignal: 'SIGTERM' });
  const child = spawn(file, all, { cwd: ROOT, detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: { ...plainEnvironment(), ...env } });
  rememberChild(child, 'SIGTERM');
  return child;
}

/** Ours without what would configure the product, and without vitest's own. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const ours = new Set([...VARIABLES.map(({ name }) => name), 'NODE_ENV']);
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.has(name) && !name.startsWith('VITEST')));
}
