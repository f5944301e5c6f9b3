/** What is under way at a moment, and when it is over. */

export interface InFlight {
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves once everything that was under way at the call has ended, well or not. What begins later does not count. */
  ended(): Promise<void>;
  /** How long the oldest has been under way, milliseconds; 0 where nothing is. */
  oldestMs(): number;
}

export function createInFlight(): InFlight {
  /** With when they began; the oldest comes first. */
  const running = new Map<Promise<unknown>, number>();
  return {
    async run(work) {
      const promise = work();
      running.set(promise, performance.now());
      try {
        return await promise;
      } finally {
        running.delete(promise);
      }
    },
    async ended() {
      await Promise.allSettled(running.keys());
    },
    oldestMs() {
      const [beganMs] = running.values();
      return beganMs === undefined ? 0 : performance.now() - beganMs;
    },
  };
}
