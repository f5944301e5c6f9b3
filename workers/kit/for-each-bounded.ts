/** Works through `items` in order with at most `concurrencyMax` at a time. Rejects with the first error, once what runs has ended; nothing new begins after it. */
export async function forEachBounded<T>(items: readonly T[], concurrencyMax: number, work: (item: T) => Promise<void>): Promise<void> {
  const rest = items[Symbol.iterator]();
  let failed = false;
  async function lane(): Promise<void> {
    for (let next = rest.next(); !next.done && !failed; next = rest.next()) {
      try {
        await work(next.value);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  }
  const ended = await Promise.allSettled(Array.from({ length: concurrencyMax }, lane));
  for (const outcome of ended) if (outcome.status === 'rejected') throw outcome.reason;
}
