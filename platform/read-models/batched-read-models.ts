/**
 * Joins the reads of the whole process: all `get` calls of a tick, and those that come while `flightsMax` requests are under way,
 * travel in one request, each view once. Without the limit every HTTP request of ours becomes one to Redis; with it, load makes batches.
 * A call never joins a request that has already left: its answer could be older than the call. Edge safe.
 */
import type { ReadModels, StoredView, ViewRef } from './read-models.ts';

export interface BatchOptions {
  /** Requests for views under way at a time; 2 if absent. */
  readonly flightsMax?: number | undefined;
  /** Views of one request at most; 1,000 if absent. */
  readonly refsMax?: number | undefined;
}

type Waiter = PromiseWithResolvers<StoredView | null>;
interface Wanted {
  readonly ref: ViewRef;
  readonly waiters: Waiter[];
}

const keyOf = ({ tenant, kind, id }: ViewRef): string => `${tenant}\0${kind}\0${id}`;

export function batchReads(readModels: ReadModels, { flightsMax = 2, refsMax = 1000 }: BatchOptions = {}): ReadModels {
  const waiting = new Map<string, Wanted>();
  let flights = 0;
  let scheduled = false;

  const takeBatch = (): Wanted[] => {
    const batch: Wanted[] = [];
    for (const [key, wanted] of waiting) {
      if (batch.length >= refsMax) break;
      batch.push(wanted);
      waiting.delete(key);
    }
    return batch;
  };

  const fly = async (batch: readonly Wanted[]): Promise<void> => {
    try {
      const views = await readModels.get(batch.map(({ ref }) => ref));
      batch.forEach(({ waiters }, at) => waiters.forEach((waiter) => waiter.resolve(views[at] ?? null)));
    } catch (error) {
      batch.forEach(({ waiters }) => waiters.forEach((waiter) => waiter.reject(error)));
    } finally {
      flights--;
      launch();
    }
  };

  const launch = (): void => {
    scheduled = false;
    while (waiting.size > 0 && flights < flightsMax) {
      flights++;
      void fly(takeBatch());
    }
  };

  const want = (ref: ViewRef): Promise<StoredView | null> => {
    const key = keyOf(ref);
    const wanted = waiting.get(key) ?? { ref, waiters: [] };
    waiting.set(key, wanted);
    const waiter: Waiter = Promise.withResolvers();
    wanted.waiters.push(waiter);
    return waiter.promise;
  };

  return {
    ...readModels,
    async get(refs) {
      const answers = refs.map(want);
      if (waiting.size > 0 && !scheduled && flights < flightsMax) {
        scheduled = true;
        // Behind the microtasks that are queued already: callers of the same tick get aboard.
        queueMicrotask(() => queueMicrotask(launch));
      }
      return Promise.all(answers);
    },
  };
}
