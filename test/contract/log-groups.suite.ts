/** What a log promises to groups: shared work, nothing lost in a failure, a stop or a silence. */
import { expect, it, vi } from 'vitest';
import type { LogBatch, LogRecord } from '../../platform/log/log.ts';
import { gather, record, sequenceOf, sequences, WAIT, type LogSuite } from './log-suite-kit.ts';

export function groupCases(suite: LogSuite): void {
  it('gives two groups everything each', async () => {
    const { topic, group, otherGroup } = await suite.newTopic();
    const first = gather();
    const second = gather();
    await suite.start(suite.log(), { group, topic, handle: first.handle });
    await suite.start(suite.log(), { group: otherGroup, topic, handle: second.handle });
    await suite.log().append(Array.from({ length: 30 }, (_, index) => record(topic, `key-${index}`, index)));
    await vi.waitFor(() => expect([new Set(first.sequences()).size, new Set(second.sequences()).size]).toEqual([30, 30]), WAIT);
  });

  it('lets the members of a group share the work, and every record is handled', async () => {
    const { topic, group } = await suite.newTopic();
    const first = gather();
    const second = gather();
    await suite.start(suite.log(), { group, topic, handle: first.handle });
    await suite.start(await suite.another(), { group, topic, handle: second.handle });
    let sequence = 0;
    await vi.waitFor(async () => {
      await suite.log().append(Array.from({ length: 40 }, (_, index) => record(topic, `key-${index}`, sequence++)));
      expect(Math.min(first.records.length, second.records.length)).toBeGreaterThan(0);
    }, WAIT);
    await vi.waitFor(() => expect(new Set([...first.sequences(), ...second.sequences()]).size).toBe(sequence), WAIT);
    await suite.lagIs(group, topic, 0);
  });

  it('counts as lag what a group has not finished, each group for itself', async () => {
    const { topic, group, otherGroup } = await suite.newTopic();
    expect(await suite.log().lag(group, topic)).toBe(0);
    await suite.log().append(Array.from({ length: 25 }, (_, index) => record(topic, `key-${index}`, index)));
    expect(await suite.log().lag(group, topic)).toBe(25);
    const held = Promise.withResolvers<void>();
    const seen = gather(() => held.promise);
    await suite.start(suite.log(), { group, topic, handle: seen.handle });
    await vi.waitFor(() => expect(seen.records.length).toBeGreaterThan(0), WAIT);
    expect(await suite.log().lag(group, topic)).toBe(25);
    held.resolve();
    await suite.lagIs(group, topic, 0);
    expect(await suite.log().lag(otherGroup, topic)).toBe(25);
  });

  it('moves the offset only behind a resolved handler: a rejected batch comes again and nothing behind it is finished first', async () => {
    const { topic, group } = await suite.newTopic();
    await suite.log().append(Array.from({ length: 10 }, (_, index) => record(topic, 'one-key', index)));
    const attempts: number[][] = [];
    const errors: unknown[] = [];
    const lags: number[] = [];
    const handle = async (batch: LogBatch): Promise<void> => {
      attempts.push(sequences(batch.records));
      if (!sequences(batch.records).includes(4) || attempts.length > 4) return;
      lags.push(await suite.log().lag(group, topic));
      throw new Error('the handler is not ready for this one');
    };
    await suite.start(suite.log(), { group, topic, recordsMax: 3, handle, onError: (error) => void errors.push(error) });
    await suite.lagIs(group, topic, 0);
    expect(attempts[0]).toEqual([0, 1, 2]);
    const withFour = attempts.slice(1, 5);
    for (const attempt of withFour) expect(attempt).toEqual([3, 4, 5]);
    expect(withFour.length).toBeGreaterThan(2);
    expect(new Set(lags)).toEqual(new Set([7]));
    expect(attempts.slice(5).flat()).toEqual([6, 7, 8, 9]);
    expect(errors.length).toBeGreaterThan(2);
  });

  it('lets other keys go on while one batch is rejected', async () => {
    const { topic, group } = await suite.newTopic();
    const stuck = new Set<number>();
    const done = new Set<number>();
    let ready = false;
    const handle = async (batch: LogBatch): Promise<void> => {
      if (!ready && batch.records.some((each) => each.key === 'stuck')) {
        stuck.add(batch.partition);
        throw new Error('not yet');
      }
      for (const each of batch.records) done.add(sequenceOf(each));
    };
    await suite.log().append([record(topic, 'stuck', 0)]);
    await suite.start(suite.log(), { group, topic, handle });
    await vi.waitFor(() => expect(stuck.size).toBe(1), WAIT);
    await suite.log().append(Array.from({ length: 60 }, (_, index) => record(topic, `key-${index}`, index + 1)));
    await vi.waitFor(() => expect(done.size).toBeGreaterThan(0), WAIT);
    expect(done.has(0)).toBe(false);
    ready = true;
    await vi.waitFor(() => expect(done.size).toBe(61), WAIT);
  });

  it('takes back what a stopped consumer has not finished, and another member goes on from there', async () => {
    const { topic, group } = await suite.newTopic();
    await suite.log().append(Array.from({ length: 12 }, (_, index) => record(topic, 'one-key', index)));
    const handed: number[][] = [];
    const handle = async (batch: LogBatch): Promise<void> => {
      handed.push(sequences(batch.records));
      if (handed.length === 1) return;
      await new Promise<void>((_, reject) => batch.signal.addEventListener('abort', () => reject(new Error('stopped in the middle'))));
    };
    const consumer = await suite.start(suite.log(), { group, topic, recordsMax: 5, handle });
    await vi.waitFor(() => expect(handed).toHaveLength(2), WAIT);
    await consumer.stop();
    expect(handed).toEqual([
      [0, 1, 2, 3, 4],
      [5, 6, 7, 8, 9],
    ]);
    const seen = gather();
    await suite.start(await suite.another(), { group, topic, handle: seen.handle });
    await vi.waitFor(() => expect(seen.sequences()).toEqual([5, 6, 7, 8, 9, 10, 11]), WAIT);
  });

  it('aborts the signal on stop, waits for the running handler and keeps what it finished', async () => {
    const { topic, group } = await suite.newTopic();
    await suite.log().append(Array.from({ length: 3 }, (_, index) => record(topic, 'one-key', index)));
    let finished = false;
    const started = Promise.withResolvers<AbortSignal>();
    const handle = async (batch: LogBatch): Promise<void> => {
      started.resolve(batch.signal);
      await new Promise<void>((resolve) => batch.signal.addEventListener('abort', () => resolve()));
      await suite.log().check();
      finished = true;
    };
    const consumer = await suite.start(suite.log(), { group, topic, handle });
    const signal = await started.promise;
    expect(signal.aborted).toBe(false);
    await Promise.all([consumer.stop(), consumer.stop()]);
    expect([signal.aborted, finished]).toEqual([true, true]);
    await consumer.stop();
    await suite.lagIs(group, topic, 0);
  });

  it('leaves a slow handler its partition for as long as it sends heartbeats', async () => {
    const { topic, group } = await suite.newTopic();
    await suite.log().append([record(topic, 'one-key', 1)]);
    const slowMs = 2.5 * suite.leaseMs();
    const first = gather(async (batch) => {
      const until = Date.now() + slowMs;
      await vi.waitFor(
        async () => {
          await batch.heartbeat();
          expect(Date.now()).toBeGreaterThan(until);
        },
        { timeout: slowMs * 4, interval: 50 },
      );
      expect(batch.signal.aborted).toBe(false);
    });
    await suite.start(suite.log(), { group, topic, handle: first.handle });
    await vi.waitFor(() => expect(first.records).toHaveLength(1), WAIT);
    await suite.lagIs(group, topic, 0);
    expect(first.sequences()).toEqual([1]);
  });

  it('gives the partition of a member that went silent to another, and tells it so at its next heartbeat', async () => {
    const { topic, group } = await suite.newTopic();
    await suite.log().append([record(topic, 'one-key', 1)]);
    const silence = Promise.withResolvers<void>();
    const told = Promise.withResolvers<unknown>();
    let handed = 0;
    const handle = async (batch: LogBatch): Promise<void> => {
      handed += 1;
      if (handed > 1) return;
      await silence.promise;
      // The first heartbeats may be answered from memory, so ask until the loss is known.
      await vi.waitFor(async () => {
        const error = await batch.heartbeat().then(
          () => undefined,
          (reason: unknown) => reason,
        );
        expect(error).toBeInstanceOf(Error);
        told.resolve({ error, aborted: batch.signal.aborted });
      }, WAIT);
      throw new Error('the partition was lost');
    };
    await suite.start(suite.log(), { group, topic, handle });
    await vi.waitFor(() => expect(handed).toBe(1), WAIT);
    const second = gather();
    await suite.start(await suite.another(), { group, topic, handle: second.handle });
    await vi.waitFor(() => expect(second.sequences()).toEqual([1]), WAIT);
    silence.resolve();
    expect(await told.promise).toMatchObject({ error: expect.any(Error), aborted: true });
    await suite.lagIs(group, topic, 0);
  });

  it('has no consumer that outlives its stop', async () => {
    const { topic, group } = await suite.newTopic();
    const seen = gather();
    const consumer = await suite.start(suite.log(), { group, topic, handle: seen.handle });
    await suite.log().append([record(topic, 'a', 1)]);
    await vi.waitFor(() => expect(seen.records).toHaveLength(1), WAIT);
    await consumer.stop();
    const late: readonly LogRecord[] = [record(topic, 'a', 2)];
    await suite.log().append(late);
    const next = gather();
    await suite.start(suite.log(), { group, topic, handle: next.handle });
    await vi.waitFor(() => expect(next.sequences()).toEqual([2]), WAIT);
    expect(seen.sequences()).toEqual([1]);
  });
}
