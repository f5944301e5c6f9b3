/** One of the product's own programs as a child process: its output kept, ended by the pid we got, and never left behind. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { VARIABLES } from '../../platform/config/variables.ts';
import { forgetChild, rememberChild } from '../../scripts/services/children.ts';
import { endsWithParent } from '../../scripts/services/service.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Longer than any wait for a condition should take, on a slow machine too. */
export const DEADLINE = { timeout: 60_000, interval: 50 };

export interface ProgramSpec {
  readonly name: string;
  /** What follows `node`. */
  readonly args: readonly string[];
  /** The product's variables; none are taken over from our own environment. */
  readonly env: Readonly<Record<string, string>>;
}
export interface ProgramEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}
export interface Program {
  readonly name: string;
  /** Standard output and error, as they came. */
  output(): string;
  /** The match once the output has one. Throws where the program ends before, or does not say it within the deadline. */
  until(pattern: RegExp): Promise<RegExpExecArray>;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<ProgramEnd>;
  isRunning(): boolean;
  /** By SIGTERM. Throws where that does not end it with code 0. */
  stop(): Promise<void>;
}

/** Ours without what would configure the product, and without vitest's own: NODE_ENV=test would make another build of the dashboard. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const ours = new Set([...VARIABLES.map(({ name }) => name), 'NODE_ENV', 'TEST', 'DEV', 'PROD', 'MODE', 'SSR', 'BASE_URL']);
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.has(name) && !name.startsWith('VITEST')));
}

export function startProgram({ name, args, env }: ProgramSpec): Program {
  const [file, all] = endsWithParent({ file: process.execPath, args, stopSignal: 'SIGTERM' });
  const child = spawn(file, all, { cwd: ROOT, detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: { ...plainEnvironment(), ...env } });
  rememberChild(child, 'SIGTERM');
  let [output, running] = ['', true];
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = new Promise<ProgramEnd>((resolve) => {
    const end = (code: number | null, signal: NodeJS.Signals | null): void => {
      running = false;
      forgetChild(child);
      resolve({ code, signal });
    };
    // Not `exit`: the last words may still be on their way then.
    child.once('close', end);
    child.once('error', (error) => {
      output += `${String(error)}\n`;
      end(null, null);
    });
  });
  return {
    name,
    ended,
    output: () => output,
    isRunning: () => running,
    kill: (signal) => void child.kill(signal),
    async until(pattern) {
      const found = await vi.waitUntil(() => pattern.exec(output) ?? !running, DEADLINE).catch(() => true as const);
      if (found !== true) return found;
      throw new Error(`${name} ${running ? 'did not say' : 'ended without saying'} ${String(pattern)}:\n${output}`);
    },
    async stop() {
      if (!running) return;
      child.kill('SIGTERM');
      const { code, signal } = await ended;
      if (code !== 0) throw new Error(`${name} ended with ${code ?? signal} when it was asked to stop:\n${output}`);
    },
  };
}
