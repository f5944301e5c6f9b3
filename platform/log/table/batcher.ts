/** Group commit: what arrives while a flush runs goes out together with the next one; with none running it goes at once, or as soon as `gather` says. */
import { givenUp, type Patience } from '../log.ts';

export interface Batcher<T, R> {
  /**
   * Resolves with the item's own result once its flush is done, rejects with the error of that flush, or when the signal aborts before;
   * an item that waits then is not flushed.
   */
  add(item: T, signal?: Patience): Promise<R>;
  /** Resolves once nothing is on its way. */
  idle(): Promise<void>;
}

interface Waiting<T, R> {
  readonly item: T;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * `flush` answers in the order of its items. `sizeOf` weighs an item; a flush takes items up to `sizeMax` together, and at least one.
 * `gather` is waited for before a flush: whatever is added meanwhile goes with it. Absent: nothing is waited for.
 * `inTurns`: a flush leaves half of those who come and go for the next one. Callers who ask again when they are answered fall into two groups then,
 * and while one is flushed the other is heard. Without it flushes of 1 and of 31 of 32 callers were seen in turn: nobody is left to hear beside the larger.
 */
export function createBatcher<T, R>(options: {
  readonly flush: (items: readonly T[]) => Promise<readonly R[]>;
  readonly sizeOf: (item: T) => number;
  readonly sizeMax: number;
  readonly gather?: () => Promise<void>;
  readonly inTurns?: boolean;
}): Batcher<T, R> {
  let waiting: Waiting<T, R>[] = [];
  let running: Promise<void> | null = null;
  /** Who was there when the last flush was done: in it, or waiting. */
  let present = 0;

  const takeSome = (): Waiting<T, R>[] => {
    const most = options.inTurns === true ? Math.ceil(Math.max(present, waiting.length) / 2) : waiting.length;
    let size = 0;
    let count = 0;
    for (const { item } of waiting.slice(0, most)) {
      size += options.sizeOf(item);
      if (count > 0 && size > options.sizeMax) break;
      count++;
    }
    const taken = waiting.slice(0, count);
    waiting = waiting.slice(count);
    return taken;
  };

  const flushAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      if (options.gather) await options.gather();
      const taken = takeSome();
      if (taken.length === 0) break; // They gave up.
      try {
        const results = await options.flush(taken.map(({ item }) => item));
        present = taken.length + waiting.length;
        taken.forEach(({ resolve, reject }, index) =>
          index < results.length ? resolve(results[index] as R) : reject(new Error('a flush left an item without an answer')),
        );
      } catch (error) {
        for (const { reject } of taken) reject(error);
      }
    }
    running = null;
  };

  const idle = (): Promise<void> => (running === null ? Promise.resolve() : running.then(idle));

  return {
    async add(item, signal) {
      if (signal?.aborted === true) throw givenUp();
      const { promise, resolve, reject } = Promise.withResolvers<R>();
      const mine = { item, resolve, reject };
      const giveUp = (): void => {
        waiting = waiting.filter((other) => other !== mine);
        reject(givenUp());
      };
      signal?.addEventListener('abort', giveUp, { once: true });
      waiting.push(mine);
      running ??= flushAll();
      try {
        return await promise;
      } finally {
        signal?.removeEventListener('abort', giveUp);
      }
    },
    idle,
  };
}
