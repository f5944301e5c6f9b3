/** Reads behind the answers: what is in memory and near its end is read anew, so that nobody waits for it (platform/cache/early-refresh.ts). */
import type { Logger } from '../../platform/telemetry/logger.ts';

export interface RefresherFacts {
  readonly refreshed: number;
  /** Read in vain; what was to be read anew ends then. */
  readonly refreshesFailed: number;
}

export interface Refresher {
  /** True where a read under that name is under way now, this one or one before it. False where too many are, or where the process stops. */
  run(name: string, read: () => Promise<unknown>): boolean;
  facts(): RefresherFacts;
  /** Begins nothing any more; resolves when nothing is under way. */
  close(): Promise<void>;
}

/** At a time. They are extra load, on stores that may have trouble already. */
const RUNNING_MAX = 32;

export function createRefresher(logger: Logger, runningMax: number = RUNNING_MAX): Refresher {
  const running = new Map<string, Promise<void>>();
  const counts = { refreshed: 0, refreshesFailed: 0 };
  let isClosed = false;
  const take = async (name: string, read: () => Promise<unknown>): Promise<void> => {
    try {
      await read();
      counts.refreshed += 1;
    } catch (error) {
      counts.refreshesFailed += 1;
      logger.debug({ error: String(error) }, 'something in memory could not be read anew; it ends');
    } finally {
      running.delete(name);
    }
  };
  return {
    run(name, read) {
      if (running.has(name)) return true;
      if (isClosed || running.size >= runningMax) return false;
      running.set(name, take(name, read));
      return true;
    },
    facts: () => ({ ...counts }),
    async close() {
      isClosed = true;
      await Promise.all(running.values());
    },
  };
}
