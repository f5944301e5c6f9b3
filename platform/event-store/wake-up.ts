/** Waiting for something that is rung for, without losing a ring that comes between looking and waiting. */

export interface WakeUp {
  /** Something may be there: wakes everybody who waits, or the next one who would. */
  ring(): void;
  /** Call before looking: what rings from now on ends the next wait at once. */
  beginLooking(): void;
  /** Resolves on a ring, after `timeoutMs`, or when the signal aborts. Never rejects. */
  wait(timeoutMs: number, signal: AbortSignal): Promise<void>;
}

export function createWakeUp(): WakeUp {
  let rang = false;
  const waiting = new Set<() => void>();
  return {
    ring() {
      rang = true;
      for (const wake of waiting) wake();
    },
    beginLooking() {
      rang = false;
    },
    wait(timeoutMs, signal) {
      if (rang || signal.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const done = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          waiting.delete(done);
          resolve();
        };
        const timer = setTimeout(done, timeoutMs);
        signal.addEventListener('abort', done, { once: true });
        waiting.add(done);
      });
    },
  };
}
