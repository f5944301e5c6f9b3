/** Longer waits overflow the timer and would fire at once; nobody stays connected for these 24 days. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/**
 * `source` for at most `delayMs`, then `last()` and the end. Not an `async function*`: one that waits for its source cannot be ended from
 * outside, neither by the time nor by a client that leaves.
 */
export function endAfter<T>(source: AsyncIterable<T>, delayMs: number, last: () => T): AsyncIterableIterator<T> {
  const items = source[Symbol.asyncIterator]();
  let state: 'open' | 'ending' | 'ended' = 'open';
  let waiting: ((result: IteratorResult<T>) => void) | null = null;

  const timer = delayMs > TIMER_MS_MAX ? undefined : setTimeout(onTime, Math.max(0, delayMs));

  function onTime(): void {
    if (state !== 'open') return;
    state = 'ending';
    if (waiting !== null) deliverLast(waiting);
  }

  function deliverLast(deliver: (result: IteratorResult<T>) => void): void {
    state = 'ended';
    waiting = null;
    deliver({ done: false, value: last() });
    // The source's own way of ending cannot change anything any more.
    items.return?.().then(undefined, () => undefined);
  }
  function end(): void {
    state = 'ended';
    waiting?.({ done: true, value: undefined });
    waiting = null;
    clearTimeout(timer);
  }

  async function pull(deliver: (result: IteratorResult<T>) => void, fail: (error: unknown) => void): Promise<void> {
    try {
      const result = await items.next();
      if (result.done === true) return end();
      if (waiting === deliver) waiting = null;
      deliver(result);
    } catch (error) {
      waiting = null;
      end();
      fail(error);
    }
  }

  return {
    next() {
      if (state === 'ended') return Promise.resolve({ done: true, value: undefined });
      return new Promise((resolve, reject) => {
        if (state === 'ending') return deliverLast(resolve);
        waiting = resolve;
        void pull(resolve, reject);
      });
    },
    async return() {
      end();
      await items.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
