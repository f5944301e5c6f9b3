export interface Endable<T> {
  readonly items: AsyncIterableIterator<T>;
  /** `last` is given to whoever waits, or asks next; behind it is the end. */
  readonly endWith: (last: T) => void;
}

/**
 * `source`, which can be ended from outside. Not an `async function*`: one that waits for its source cannot be, neither by `endWith` nor by a client that
 * leaves. `onEnd` is called once, however it ends.
 */
export function endable<T>(source: AsyncIterable<T>, onEnd: () => void): Endable<T> {
  const items = source[Symbol.asyncIterator]();
  let state: 'open' | 'ending' | 'ended' = 'open';
  let waiting: ((result: IteratorResult<T>) => void) | null = null;
  let deliverLast = (_deliver: (result: IteratorResult<T>) => void): void => undefined;

  function end(): void {
    if (state === 'open') onEnd();
    state = 'ended';
    waiting?.({ done: true, value: undefined });
    waiting = null;
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
    endWith(last) {
      if (state !== 'open') return;
      state = 'ending';
      onEnd();
      deliverLast = (deliver) => {
        state = 'ended';
        waiting = null;
        deliver({ done: false, value: last });
        // The source's own way of ending cannot change anything any more.
        items.return?.().then(undefined, () => undefined);
      };
      if (waiting !== null) deliverLast(waiting);
    },
    items: {
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
    },
  };
}
