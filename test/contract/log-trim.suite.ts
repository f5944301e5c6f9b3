/** What a log promises of deleting: nothing that somebody needs, nothing young; and what was deleted cannot be read. */
import { expect, it, vi } from 'vitest';
import type { TrimmedPartition } from '../../platform/log/log.ts';
import { gather, record, WAIT, type LogSuite } from './log-suite-kit.ts';

/** Far apart, so that a busy machine does not blur them. */
const APART_MS = 3_000;
const HOUR_MS = 3_600_000;

const upTo = (count: number, from = 0): number[] => Array.from({ length: count }, (_, index) => from + index);
/** Records that are gone. */
const gone = (trimmed: readonly TrimmedPartition[]): number => trimmed.reduce((sum, { start }) => sum + Number(start), 0);
const ascending = (numbers: readonly number[]): number[] => numbers.toSorted((a, b) => a - b);

export function trimCases(suite: LogSuite): void {
  const append = (topic: string, numbers: readonly number[]) => suite.log().append(numbers.map((n) => record(topic, `key-${n % 20}`, n)));
  /** Starts a group of its own and waits until it finished everything. */
  const finish = async (topic: string, group: string) => {
    const seen = gather();
    const consumer = await suite.start(suite.log(), { group, topic, handle: seen.handle });
    await suite.lagIs(group, topic, 0);
    return { seen, consumer };
  };
  /** What a group that was never there before can still read, once it read everything. */
  const readable = async (topic: string, group: string): Promise<number[]> => ascending((await finish(topic, group)).seen.sequences());

  it('deletes what all groups have finished, and no new consumer can read it', async () => {
    const { topic, group, otherGroup } = await suite.newTopic();
    await append(topic, upTo(60));
    await Promise.all([finish(topic, group), finish(topic, otherGroup)]);
    const trimmed = await suite.log().trim(topic, [group, otherGroup], 0);
    expect(gone(trimmed)).toBe(60);
    expect(trimmed.every(({ start, end }) => start === end)).toBe(true);
    expect(await suite.log().lag('nobody', topic)).toBe(0);
    await append(topic, upTo(5, 60));
    expect(await readable(topic, `${group}-late`)).toEqual(upTo(5, 60));
    await suite.lagIs(group, topic, 0);
  });

  it('deletes nothing that one of the groups has not finished', async () => {
    const { topic, group, otherGroup } = await suite.newTopic();
    await append(topic, upTo(30));
    const first = await finish(topic, otherGroup);
    await first.consumer.stop();
    await append(topic, upTo(30, 30));
    await finish(topic, group);
    expect(gone(await suite.log().trim(topic, [group, otherGroup], 0))).toBe(30);
    expect(await readable(topic, otherGroup)).toEqual(upTo(30, 30));
  });

  it('deletes nothing while a group has never finished anything, or is in the middle of it', async () => {
    const { topic, group, otherGroup } = await suite.newTopic();
    await append(topic, upTo(20));
    await finish(topic, group);
    expect(gone(await suite.log().trim(topic, [group, otherGroup], 0))).toBe(0);
    const held = Promise.withResolvers<void>();
    const slow = gather(() => held.promise);
    await suite.start(suite.log(), { group: otherGroup, topic, handle: slow.handle });
    await vi.waitFor(() => expect(slow.records.length).toBeGreaterThan(0), WAIT);
    const trimmed = await suite.log().trim(topic, [group, otherGroup], 0);
    expect([gone(trimmed), trimmed.reduce((sum, { end }) => sum + Number(end), 0)]).toEqual([0, 20]);
    held.resolve();
    await vi.waitFor(async () => expect(gone(await suite.log().trim(topic, [group, otherGroup], 0))).toBe(20), WAIT);
  });

  it('deletes nothing that is younger than asked for', async () => {
    const { topic, group } = await suite.newTopic();
    await append(topic, upTo(20));
    const { seen } = await finish(topic, group);
    expect(gone(await suite.log().trim(topic, [group], HOUR_MS))).toBe(0);
    const oldestMs = Math.max(...seen.records.map(({ appendedAtMs }) => appendedAtMs));
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(oldestMs + APART_MS), WAIT);
    await append(topic, upTo(20, 20));
    await suite.lagIs(group, topic, 0);
    // The line lies just behind the old ones.
    expect(gone(await suite.log().trim(topic, [group], Date.now() - oldestMs - 100))).toBe(20);
    expect(await readable(topic, `${group}-late`)).toEqual(upTo(20, 20));
  });

  it('is safe to repeat and to run side by side', async () => {
    const { topic, group } = await suite.newTopic();
    await append(topic, upTo(40));
    await finish(topic, group);
    const other = await suite.another();
    const answers = await Promise.all([suite.log().trim(topic, [group], 0), other.trim(topic, [group], 0), suite.log().trim(topic, [group], 0)]);
    answers.push(await other.trim(topic, [group], 0));
    expect(answers.map(gone)).toEqual([40, 40, 40, 40]);
  });
}
