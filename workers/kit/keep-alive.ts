/** Long work on one batch without losing the partition: proves to the log that the handler lives while it works. */
import type { LogBatch } from '../../platform/log/log.ts';

/** Well below the session time of a consumer group. */
const HEARTBEAT_EVERY_MS = 2_000;

/** Runs `work` with heartbeats. Its signal aborts when the consumer stops or the partition is lost; rejects as `work` does. */
export async function keepAlive<T>(batch: LogBatch, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const lost = new AbortController();
  const timer = setInterval(() => {
    batch.heartbeat().catch((error: unknown) => lost.abort(error));
  }, HEARTBEAT_EVERY_MS);
  try {
    return await work(AbortSignal.any([batch.signal, lost.signal]));
  } finally {
    clearInterval(timer);
  }
}
