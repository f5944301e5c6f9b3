/** What a handler is given while it works: heartbeats in its name, and a limit to how long it may take. */
import type { LogBatch } from '../../platform/log/log.ts';

/** Far below the session time of a consumer group; the log itself knows how often it asks its servers. */
const HEARTBEAT_EVERY_MS = 500;
/** What is under way when the consumer stops or loses the partition gets this long to end in order; then it is handed back as it is. */
const DRAIN_MS = 10_000;

/** The handler did not end in time. What it still does comes late. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

/** Runs `work` with heartbeats until it settles. Its signal aborts when the consumer stops or the partition is lost; rejects as `work` does. */
export async function withHeartbeats<T>(batch: Pick<LogBatch, 'heartbeat' | 'signal'>, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
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

/**
 * Runs `work` for `deadlineMs` at the most, and for 10 s at the most once `signal` aborted. Then its own signal aborts too and this rejects with a
 * DeadlineError at once, whether `work` listens or not: a handler that is stuck must not hold its partition. What such a handler still does
 * afterwards does no harm, beside whoever gets the batch next: a command's effect is fenced by the inbox and by the compare-and-set on its
 * stream's version, a view by its version, and commands of workers by ids that follow from their causes.
 */
export async function withDeadline<T>(signal: AbortSignal, deadlineMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const late = new AbortController();
  const givenUp = Promise.withResolvers<never>();
  const timers = new Set<NodeJS.Timeout>();
  const giveUpAfter = (ms: number, message: string): void => {
    const giveUp = (): void => {
      const error = new DeadlineError(message);
      late.abort(error);
      givenUp.reject(error);
    };
    timers.add(setTimeout(giveUp, ms));
  };
  const drain = (): void => giveUpAfter(DRAIN_MS, `the handler did not end within ${DRAIN_MS} ms after it was told to stop`);
  giveUpAfter(deadlineMs, `the handler took over ${deadlineMs} ms`);
  if (signal.aborted) drain();
  else signal.addEventListener('abort', drain, { once: true });
  try {
    return await Promise.race([work(AbortSignal.any([signal, late.signal])), givenUp.promise]);
  } finally {
    signal.removeEventListener('abort', drain);
    for (const timer of timers) clearTimeout(timer);
  }
}
