/** Who uses the processors: ours, and others that would spoil a measurement. From /proc, so on Linux only; elsewhere it says that it does not know. */
import { existsSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

const TICKS_PER_SECOND = 100;
const KNOWN = existsSync('/proc/stat');

/** Cores that others may use before and during a round. */
export const FOREIGN_CORES_MAX = 0.12;
const QUIET_MS = 400;

export interface CpuUse {
  /** Seconds of processor time, by process. */
  readonly seconds: ReadonlyMap<number, number>;
  /** Cores that were busy with processes that are not ours; null where it cannot be known. */
  readonly foreignCores: number | null;
}

function secondsOf(pid: number): number {
  try {
    // The name may hold spaces; what follows its closing bracket does not.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return 0; // It has ended, and no longer uses anything.
  }
}

function busySeconds(): number {
  const [, user = 0, nice = 0, system = 0, , , interrupts = 0, softInterrupts = 0] = (readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '')
    .split(/\s+/)
    .map(Number);
  return (user + nice + system + interrupts + softInterrupts) / TICKS_PER_SECOND;
}

/** Starts counting; the answer is called to end. `own` are the processes that belong to the run. */
export function watchCpu(own: readonly number[]): () => CpuUse {
  if (!KNOWN) return () => ({ seconds: new Map(), foreignCores: null });
  const look = () => ({ atMs: performance.now(), busy: busySeconds(), by: new Map(own.map((pid) => [pid, secondsOf(pid)])) });
  const from = look();
  return () => {
    const to = look();
    const seconds = new Map([...to.by].map(([pid, end]) => [pid, end - (from.by.get(pid) ?? 0)]));
    const ownSeconds = [...seconds.values()].reduce((sum, one) => sum + one, 0);
    const elapsedSeconds = (to.atMs - from.atMs) / 1000;
    return { seconds, foreignCores: Math.max(0, (to.busy - from.busy - ownSeconds) / elapsedSeconds) };
  };
}

/** How long a run waits for quiet and repeats rounds that were disturbed, all in all: on a busy machine it goes on, and the table says how busy. */
export interface Patience {
  leftMs: number;
}

/** Runs `work` at a cost to the patience. */
export async function patiently<T>(patience: Patience, work: () => Promise<T>): Promise<T> {
  const startedMs = performance.now();
  try {
    return await work();
  } finally {
    patience.leftMs -= performance.now() - startedMs;
  }
}

/** Waits for a moment without foreign work. */
export async function untilQuiet(own: readonly number[], patience: Patience): Promise<void> {
  for (let isQuiet = false; !isQuiet && patience.leftMs > 0;) {
    const stop = watchCpu(own);
    await patiently(patience, () => delay(QUIET_MS));
    const { foreignCores } = stop();
    isQuiet = foreignCores === null || foreignCores <= FOREIGN_CORES_MAX;
  }
}

export const cpuModel = (): string => `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores`;
