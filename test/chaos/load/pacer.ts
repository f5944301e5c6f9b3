/** Paces the load: so many commands a second over the whole run. What an outage held up is caught up on afterwards. */
import { setTimeout as delay } from 'node:timers/promises';

export interface Pacer {
  /** Resolves when it is time for `count` more commands; rejects once the signal aborts. */
  take(count: number, signal: AbortSignal): Promise<void>;
}

/** How long an outage may be that is caught up on whole. */
const BEHIND_MAX_MS = 30_000;

export function createPacer(perSecond: number): Pacer {
  let dueMs = performance.now();
  return {
    async take(count, signal) {
      const nowMs = performance.now();
      dueMs = Math.max(dueMs, nowMs - BEHIND_MAX_MS);
      const waitMs = dueMs - nowMs;
      dueMs += (count / perSecond) * 1_000;
      signal.throwIfAborted();
      if (waitMs > 0) await delay(waitMs, undefined, { signal });
    },
  };
}
