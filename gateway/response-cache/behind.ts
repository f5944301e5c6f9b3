/** Work that goes on behind an answer: bounded, never waited for by who asked, and waited for by who stops. Edge safe. */
export interface Behind {
  /** False, and nothing is done, where too much is under way. `afterwards` keeps the platform from ending the process before it is through. */
  run(work: () => Promise<void>, afterwards: ((work: Promise<unknown>) => void) | undefined): boolean;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

/** `onError` takes what a work throws. */
export function createBehind({ max, onError }: { readonly max: number; readonly onError: (error: unknown) => void }): Behind {
  const running = new Set<Promise<void>>();
  return {
    run(work, afterwards) {
      if (running.size >= max) return false;
      // In a turn of its own: the answer is on its way by then.
      const done = new Promise<void>((resolve) => void setTimeout(resolve))
        .then(work)
        .catch(onError)
        .finally(() => running.delete(done));
      running.add(done);
      afterwards?.(done);
      return true;
    },
    async idle() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
