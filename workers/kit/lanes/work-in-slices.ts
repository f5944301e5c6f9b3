/** One batch, slice by slice: each waits for a slot of its lane, has a deadline, and moves the offset when it is finished. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Lane } from '../../../domain/messages.ts';
import type { LogBatch } from '../../../platform/log/log.ts';
import { withDeadline, withHeartbeats } from '../attend.ts';
import type { LanePool } from './lanes.ts';

export interface SliceOptions {
  readonly lane: Lane;
  readonly pool: LanePool;
  /** Records in one slice beside a faster lane that gains by it (LanePool.run); else the rest of the batch is one. */
  readonly sliceMax: number;
  /** A slice that takes longer has failed, and with it the rest of its batch. */
  readonly deadlineMs: number;
  readonly handle: (slice: LogBatch) => Promise<void>;
  /** Told after each slice that was finished. */
  readonly onFinished: (slice: LogBatch) => void;
}

/**
 * Resolves once every slice is finished. Rejects with the first that is not, or when the consumer stops or the partition is lost: those before it
 * stay finished, and the log hands out only the rest again.
 */
export async function workInSlices(batch: LogBatch, { lane, pool, sliceMax, deadlineMs, handle, onFinished }: SliceOptions): Promise<void> {
  const { length } = batch.records;
  const workOnce = (from: number, signal: AbortSignal): Promise<number> =>
    pool.run(lane, length - from, signal, async (beside) => {
      const to = beside ? Math.min(from + sliceMax, length) : length;
      await withDeadline(signal, deadlineMs, (limited) => handle(sliceOf(batch, from, to, limited)));
      onFinished(sliceOf(batch, from, to, signal));
      return to;
    });
  await withHeartbeats(batch, async (signal) => {
    // Moves the offset while the next slice is worked on, so that small slices cost no waiting.
    let moving = Promise.resolve();
    try {
      for (let from = 0; from < length;) {
        signal.throwIfAborted();
        from = await workOnce(from, signal);
        await moving;
        // Behind the last one the log moves it itself.
        if (from < length) moving = quietly(batch.finished(from));
        // Whoever waits for the thread comes before the next slice.
        await nextTurn();
      }
    } finally {
      await moving;
    }
  });
}

/** Awaited later: until then its rejection is nobody's. */
function quietly(promise: Promise<void>): Promise<void> {
  promise.catch(() => undefined);
  return promise;
}

const sliceOf = (batch: LogBatch, from: number, to: number, signal: AbortSignal): LogBatch => ({
  topic: batch.topic,
  partition: batch.partition,
  records: batch.records.slice(from, to),
  signal,
  heartbeat: () => batch.heartbeat(),
  finished: (count) => batch.finished(from + count),
});
