/** What a log promises about work that is finished in part, about batches that are large, and about members that slept. */
import { expect, it, vi } from 'vitest';
import { BATCH_BYTES_MAX, type LogBatch, type LogRecord } from '../../platform/log/log.ts';
import { aborted, gather, record, sequences, WAIT, type LogSuite } from './log-suite-kit.ts';

const outcomeOf = (promise: Promise<void>): Promise<string> =>
  promise.then(
    () => 'moved',
    (error: unknown) => (error instanceof Error ? 'refused' : 'no error'),
  );
const some = (topic: string, count: number): LogRecord[] => Array.from({ length: count }, (_, index) => record(topic, 'one-key', index));

export function progressCases(suite: LogSuite): void {
  it('moves the offset behind what a handler says is finished, while it works on the rest', async () => {
    const { topic, group } = await suite.newTopic();
    await suite.log().append(some(topic, 10));
    const lags: number[] = [];
    const handle = async (batch: LogBatch): Promise<void> => {
      for (const count of [3, 7]) {
        await batch.finished(count);
        lags.push(await suite.log().lag(group, topic));
      }
    };
    await suite.start(suite.log(), { group, topic, handle });
    await suite.lagIs(group, topic, 0);
    expect(lags).toEqual([7, 3]);
  });

  it('hands out again only what was not finished where a handler rejects', async () => {
    const { topic, group } = await suite.newTopic();
    await suite.log().append(some(topic, 10));
    const handed: number[][] = [];
    const handle = async (batch: LogBatch): Promise<void> => {
      handed.push(sequences(batch.records));
      if (handed.length > 2) return;
      await batch.finished(4);
      throw new Error('the rest is not ready');
    };
    await suite.start(suite.log(), { group, topic, handle });
    await suite.lagIs(group, topic, 0);
    expect(handed).toEqual([
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
      [4, 5, 6, 7, 8, 9],
      [8, 9],
    ]);
  });

  it('keeps what was finished of a batch when it stops in the middle, and another member gets the rest', async () => {
    const { topic, group } = await suite.newTopic();
    await suite.log().append(some(topic, 10));
    const begun = Promise.withResolvers<void>();
    const errors: unknown[] = [];
    const handle = async (batch: LogBatch): Promise<void> => {
      await batch.finished(2);
      begun.resolve();
      await aborted(batch.signal);
      await batch.finished(5);
      throw batch.signal.reason;
    };
    const consumer = await suite.start(suite.log(), { group, topic, handle, onError: (error) => void errors.push(error) });
    await begun.promise;
    await consumer.stop();
    expect([await suite.log().lag(group, topic), errors]).toEqual([5, []]);
    const seen = gather();
    await suite.start(await suite.another(), { group, topic, handle: seen.handle });
    await vi.waitFor(() => expect(seen.sequences()).toEqual([5, 6, 7, 8, 9]), WAIT);
  });

  it('refuses what comes from a handler that was given up', async () => {
    const { topic, group } = await suite.newTopic();
    await suite.log().append(some(topic, 10));
    const batches: LogBatch[] = [];
    const held = Promise.withResolvers<void>();
    const handle = async (batch: LogBatch): Promise<void> => {
      batches.push(batch);
      if (batches.length === 1) throw new Error('it took too long');
      await held.promise;
    };
    await suite.start(suite.log(), { group, topic, handle });
    await vi.waitFor(() => expect(batches).toHaveLength(2), WAIT);
    expect(await outcomeOf(batches[0]?.finished(10) ?? Promise.resolve())).toBe('refused');
    expect(await suite.log().lag(group, topic)).toBe(10);
    held.resolve();
    await suite.lagIs(group, topic, 0);
  });

  it('refuses the offset of a member that slept until others had its partitions', async () => {
    const { topic, group } = await suite.newTopic();
    await suite.log().append(some(topic, 6));
    const asleep = Promise.withResolvers<void>();
    const outcomes: string[] = [];
    const handle = async (batch: LogBatch): Promise<void> => {
      if (outcomes.length > 0) return;
      outcomes.push(await outcomeOf(batch.finished(1)));
      await asleep.promise;
      outcomes.push(await outcomeOf(batch.finished(2)));
      // It does not know, and says that all is done.
    };
    await suite.start(suite.log(), { group, topic, handle });
    await vi.waitFor(() => expect(outcomes).toEqual(['moved']), WAIT);
    const held = Promise.withResolvers<void>();
    const second = gather(() => held.promise);
    await suite.start(await suite.another(), { group, topic, handle: second.handle });
    await vi.waitFor(() => expect(second.sequences()).toEqual([1, 2, 3, 4, 5]), WAIT);
    asleep.resolve();
    await vi.waitFor(() => expect(outcomes).toEqual(['moved', 'refused']), WAIT);
    expect(await suite.log().lag(group, topic)).toBe(5);
    held.resolve();
    await suite.lagIs(group, topic, 0);
  });

  it('bounds a batch by its bytes, and still hands out a record that is larger', async () => {
    const { topic, group } = await suite.newTopic();
    const text = (chars: number): string => 'ü'.repeat(chars / 2);
    const sized = (sequence: number, bytes: number): LogRecord => ({ topic, key: 'one-key', value: JSON.stringify({ sequence, text: text(bytes) }) });
    await suite.log().append([sized(0, 400), sized(1, 400), sized(2, 400), sized(3, 5_000), sized(4, 400)]);
    const batches: number[][] = [];
    await suite.start(suite.log(), { group, topic, bytesMax: 1_000, handle: async ({ records }) => void batches.push(sequences(records)) });
    await suite.lagIs(group, topic, 0);
    expect(batches).toEqual([[0, 1], [2], [3], [4]]);
  });

  it('bounds a batch by its bytes where nobody says by how many', async () => {
    const { topic, group } = await suite.newTopic();
    const text = 'x'.repeat(300_000);
    for (let sequence = 0; sequence < 6; sequence += 1) await suite.log().append([{ topic, key: 'one-key', value: JSON.stringify({ sequence, text }) }]);
    const sizes: number[] = [];
    const handle = async ({ records }: LogBatch): Promise<void> => void sizes.push(records.reduce((bytes, { value }) => bytes + value.length, 0));
    await suite.start(suite.log(), { group, topic, recordsMax: 500, handle });
    await suite.lagIs(group, topic, 0);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(BATCH_BYTES_MAX);
  });
}
