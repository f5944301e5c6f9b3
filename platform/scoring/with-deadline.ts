/** Follows `promise` until `signal` aborts, then rejects with `why()`. The promise goes on by itself; whatever becomes of it is seen by its own policies. */
export function withDeadline<T>(promise: Promise<T>, signal: AbortSignal, why: () => unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(why());
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}
