/** One real server as a child process: started, watched until it answers, killed and restarted in tests, stopped by the pid we got. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { forgetChild, rememberChild } from './children.ts';

export interface ServiceSpec {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Run as this user (Postgres refuses root). */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  /** The signal that ends it in good order. */
  readonly stopSignal: NodeJS.Signals;
  readonly logFile: string;
  /** Resolves where the server answers, rejects where it does not yet. Asked again until startTimeoutMs. */
  readonly ready: () => Promise<void>;
  readonly startTimeoutMs: number;
}

export interface Service {
  readonly name: string;
  /** Of the process that runs now; undefined where none could be started. */
  pid(): number | undefined;
  /** Sends the signal to the running process (SIGKILL, SIGSTOP, SIGCONT, … for chaos tests); where it ends the process, waits for the end. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Ends it if it still runs and starts it again on the same port and folder. */
  restart(): Promise<void>;
  /** Ends it in good order, by force after ten seconds. Safe to call twice. */
  stop(): Promise<void>;
}

/** A program or a condition that a service needs is not there; the message says what and how to get it. */
export class ServiceMissingError extends Error {
  override readonly name = 'ServiceMissingError';
}

const STOP_BY_FORCE_AFTER_MS = 10_000;
const READY_EVERY_MS = 50;
const ENDING_SIGNALS: readonly NodeJS.Signals[] = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGQUIT'];

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
  isEnded(): boolean;
}

export async function startService(spec: ServiceSpec): Promise<Service> {
  let running = await startOnce(spec);
  const stop = async (): Promise<void> => {
    if (running.isEnded()) return;
    running.child.kill(spec.stopSignal);
    const byForce = setTimeout(() => running.child.kill('SIGKILL'), STOP_BY_FORCE_AFTER_MS);
    await running.ended;
    clearTimeout(byForce);
  };
  return {
    name: spec.name,
    pid: () => running.child.pid,
    stop,
    async kill(signal) {
      running.child.kill(signal);
      if (ENDING_SIGNALS.includes(signal)) await running.ended;
    },
    async restart() {
      await stop();
      running = await startOnce(spec);
    },
  };
}

async function startOnce(spec: ServiceSpec): Promise<Running> {
  const running = spawnChild(spec);
  try {
    await untilReady(spec, running);
    return running;
  } catch (error) {
    running.child.kill('SIGKILL');
    await running.ended;
    throw error;
  }
}

function spawnChild(spec: ServiceSpec): Running {
  const log = openSync(spec.logFile, 'a');
  const [file, args] = endsWithParent(spec);
  // Its own process group: Ctrl-C in the terminal is for us, who then stop the services in order.
  const child = spawn(file, args, { detached: true, stdio: ['ignore', log, log], env: { ...process.env, ...spec.env }, ...spec.user });
  closeSync(log);
  rememberChild(child, spec.stopSignal);
  let isEnded = false;
  const ended = new Promise<void>((resolve) => {
    const end = (): void => {
      isEnded = true;
      forgetChild(child);
      resolve();
    };
    child.once('exit', end);
    child.once('error', end);
  });
  return { child, ended, isEnded: () => isEnded };
}

let setprivFound: boolean | undefined;

/** On Linux the kernel ends the child if we are killed without a chance to do so ourselves. */
export function endsWithParent(spec: Pick<ServiceSpec, 'file' | 'args' | 'stopSignal'>): [string, readonly string[]] {
  setprivFound ??= process.platform === 'linux' && spawnSync('setpriv', ['--pdeathsig', 'SIGTERM', 'true']).status === 0;
  if (!setprivFound) return [spec.file, spec.args];
  return ['setpriv', ['--pdeathsig', spec.stopSignal, spec.file, ...spec.args]];
}

async function untilReady(spec: ServiceSpec, running: Running): Promise<void> {
  const deadlineMs = Date.now() + spec.startTimeoutMs;
  let last: unknown;
  while (Date.now() < deadlineMs) {
    if (running.isEnded()) throw new Error(`${spec.name} ended while starting.\n${lastLines(spec.logFile)}`);
    try {
      return await spec.ready();
    } catch (error) {
      last = error;
      await delay(READY_EVERY_MS);
    }
  }
  throw new Error(`${spec.name} did not answer within ${spec.startTimeoutMs} ms.\n${lastLines(spec.logFile)}`, { cause: last });
}

const lastLines = (file: string): string => `The end of ${file}:\n${readFileSync(file, 'utf8').trimEnd().split('\n').slice(-15).join('\n')}`;
