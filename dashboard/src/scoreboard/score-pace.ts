/** How many scores changed, in steps of ten seconds since the page was opened (the last ten minutes of it). */
import { createStore, type Store } from '../api/external-store.ts';

export interface PaceStep {
  readonly atMs: number;
  readonly count: number;
}
export interface ScorePace {
  readonly steps: Store<readonly PaceStep[]>;
  count(): void;
  stop(): void;
}

export const STEP_MS = 10_000;
const STEPS_MAX = 60;
const stepOf = (ms: number): number => Math.floor(ms / STEP_MS) * STEP_MS;

export function createScorePace(): ScorePace {
  const firstMs = stepOf(Date.now());
  const counts = new Map<number, number>();
  const steps = createStore<readonly PaceStep[]>([]);
  const tell = (): void => {
    const lastMs = stepOf(Date.now());
    const fromMs = Math.max(firstMs, lastMs - (STEPS_MAX - 1) * STEP_MS);
    for (const atMs of counts.keys()) if (atMs < fromMs) counts.delete(atMs);
    const length = (lastMs - fromMs) / STEP_MS + 1;
    steps.set(Array.from({ length }, (_, index) => ({ atMs: fromMs + index * STEP_MS, count: counts.get(fromMs + index * STEP_MS) ?? 0 })));
  };
  tell();
  const timer = setInterval(tell, 2_000);
  return {
    steps,
    count() {
      const atMs = stepOf(Date.now());
      counts.set(atMs, (counts.get(atMs) ?? 0) + 1);
    },
    stop: () => clearInterval(timer),
  };
}
