/** The workers' way of consuming, over every log: turns between lanes, deadlines, and a stop or a rebalance in the middle of a batch. */
import { expect, it, vi } from 'vitest';
import type { Log, LogBatch, LogRecord } from '../../platform/log/log.ts';
import { createLanes } from '../../workers/kit/lanes/lanes.ts';
import { DeadlineError } from '../../workers/kit/attend.ts';
import { workInSlices, type SliceOptions } from '../../workers/kit/lanes/work-in-slices.ts';
import { aborted, record, sequences, WAIT, type LogSuite } from './log-suite-kit.ts';

const never = new AbortController().signal;
const some = (topic: string, count: number): LogRecord[] => Array.from({ length: count }, (_, index) => record(topic, 'one-key', index));

export function laneCases(suite: LogSuite): void {
  /** A consumer of the cold lane beside a hot one that is awake: five records in a slice. */
  async function startCold(
    from: Log,
    names: { topic: string; group: string },
    handle: SliceOptions['handle'],
    { recordsMax = 100, deadlineMs = 60_000 }: { recordsMax?: number; deadlineMs?: number } = {},
  ) {
    const { shared: pool } = createLanes();
    await pool.run('hot', 1, never, async () => undefined);
    const errors: unknown[] = [];
    const options: SliceOptions = { lane: 'cold', pool, sliceMax: 5, deadlineMs, onFinished: () => undefined, handle };
    const consumer = await suite.start(from, {
      ...names,
      recordsMax,
      handle: (batch: LogBatch) => workInSlices(batch, options),
      onError: (error) => void errors.push(error),
    });
    return { consumer, errors };
  }

  it('has the offset behind each slice that was worked on, and never past one that was not', async () => {
    const { topic, group } = await suite.newTopic();
    await suite.log().append(some(topic, 20));
    const lags: number[] = [];
    const finished: number[] = [];
    await startCold(suite.log(), { topic, group }, async ({ records }) => {
      // The offset follows while the next slice is worked on.
      await vi.waitFor(async () => expect(await suite.log().lag(group, topic)).toBe(20 - finished.length), WAIT);
      lags.push(await suite.log().lag(group, topic));
      finished.push(...sequences(records));
    });
    await suite.lagIs(group, topic, 0);
    expect(lags).toEqual([20, 15, 10, 5]);
  });

  it('gives up a handler at its deadline and hands its slice out again, but not what was finished before it', async () => {
    const { topic, group } = await suite.newTopic();
    await suite.log().append(some(topic, 15));
    const slices: number[][] = [];
    let given: AbortSignal | undefined;
    const handle = async ({ records, signal }: LogBatch): Promise<void> => {
      slices.push(sequences(records));
      if (slices.length !== 2) return;
      given = signal;
      await new Promise(() => undefined);
    };
    const { errors } = await startCold(suite.log(), { topic, group }, handle, { deadlineMs: 300 });
    await suite.lagIs(group, topic, 0);
    expect(slices).toEqual([
      [0, 1, 2, 3, 4],
      [5, 6, 7, 8, 9],
      [5, 6, 7, 8, 9],
      [10, 11, 12, 13, 14],
    ]);
    expect([given?.aborted, errors.some((error) => error instanceof DeadlineError)]).toEqual([true, true]);
  });

  it('keeps its partition through a slice that is longer than its lease', async () => {
    const { topic, group } = await suite.newTopic();
    await suite.log().append(some(topic, 10));
    const slowMs = 2.5 * suite.leaseMs();
    const slices: number[][] = [];
    const handle = async ({ records, signal }: LogBatch): Promise<void> => {
      slices.push(sequences(records));
      const until = Date.now() + slowMs;
      await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(until), { timeout: slowMs * 4, interval: 50 });
      signal.throwIfAborted();
    };
    await startCold(suite.log(), { topic, group }, handle);
    await suite.lagIs(group, topic, 0);
    expect(slices).toEqual([
      [0, 1, 2, 3, 4],
      [5, 6, 7, 8, 9],
    ]);
  });

  it('ends the slice that is under way when it stops, keeps it, and hands back the rest', async () => {
    const { topic, group } = await suite.newTopic();
    await suite.log().append(some(topic, 20));
    const slices: number[][] = [];
    const begun = Promise.withResolvers<void>();
    const mayEnd = Promise.withResolvers<void>();
    const handle = async ({ records }: LogBatch): Promise<void> => {
      slices.push(sequences(records));
      if (slices.length < 2) return;
      begun.resolve();
      await mayEnd.promise;
    };
    const { consumer, errors } = await startCold(suite.log(), { topic, group }, handle);
    await begun.promise;
    const stopped = consumer.stop();
    mayEnd.resolve();
    await stopped;
    expect([slices.length, errors, await suite.log().lag(group, topic)]).toEqual([2, [], 10]);
    const rest: number[] = [];
    await startCold(await suite.another(), { topic, group }, async ({ records }) => void rest.push(...sequences(records)));
    await vi.waitFor(() => expect(rest).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19]), WAIT);
  });

  it('loses nothing and repeats nothing that was finished where another member joins in the middle of a batch', async () => {
    const { topic, group } = await suite.newTopic();
    let total = 0;
    const append = (count: number): Promise<void> => suite.log().append(Array.from({ length: count }, () => record(topic, `key-${total}`, total++)));
    await append(400);
    const worked: number[] = [];
    const members = new Set<string>();
    const joined = Promise.withResolvers<void>();
    const handleAs =
      (member: string) =>
      async ({ records, signal }: LogBatch): Promise<void> => {
        members.add(member);
        // Every partition is in the middle of a batch when the other member comes.
        if (worked.length > 40) await Promise.race([joined.promise, aborted(signal)]);
        // As a transaction would: all or nothing.
        signal.throwIfAborted();
        worked.push(...sequences(records));
      };
    await startCold(suite.log(), { topic, group }, handleAs('first'), { recordsMax: 20 });
    await vi.waitFor(() => expect(worked.length).toBeGreaterThan(40), WAIT);
    await startCold(await suite.another(), { topic, group }, handleAs('second'), { recordsMax: 20 });
    joined.resolve();
    // It may be through with these before it hears of the other.
    await vi.waitFor(async () => {
      await append(40);
      expect([...members]).toEqual(['first', 'second']);
    }, WAIT);
    await suite.lagIs(group, topic, 0);
    expect(worked.toSorted((a, b) => a - b)).toEqual(Array.from({ length: total }, (_, index) => index));
  });
}
