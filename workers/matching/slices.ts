/** Long computations in slices, so that whatever shares the process stays responsive. */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Below what a person notices, and long against the price of a turn of the event loop. */
const SLICE_MS = 8;

export interface Slices {
  /** Call it between small steps: lets the event loop turn once the slice is used up. Rejects once `signal` aborts. */
  breathe(): Promise<void> | undefined;
}

export function createSlices(signal: AbortSignal, nowMs: () => number = () => performance.now()): Slices {
  let beganMs = nowMs();
  async function turn(): Promise<void> {
    await nextTurn();
    signal.throwIfAborted();
    beganMs = nowMs();
  }
  return {
    breathe() {
      return nowMs() - beganMs >= SLICE_MS ? turn() : undefined;
    },
  };
}
