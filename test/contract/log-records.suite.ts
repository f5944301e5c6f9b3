/** What a log promises about records: durable, whole, in order. */
import { expect, it, vi } from 'vitest';
import type { LogBatch } from '../../platform/log/log.ts';
import { byKey, freshNames, gather, record, WAIT, type LogSuite } from './log-suite-kit.ts';

export function recordCases(suite: LogSuite): void {
  it('makes topics that exist already without harm, from two clients at once too', async () => {
    const { topic } = freshNames();
    const other = await suite.another();
    await Promise.all([suite.log().ensureTopics([topic]), other.ensureTopics([topic])]);
    await suite.log().ensureTopics([topic, topic]);
    await suite.log().append([record(topic, 'a', 1)]);
    await suite.log().ensureTopics([topic]);
    expect(await suite.log().lag('nobody', topic)).toBe(1);
  });

  it('answers a check while it can be reached', async () => {
    await expect(suite.log().check()).resolves.toBeUndefined();
  });

  it('appends nothing without complaint', async () => {
    await expect(suite.log().append([])).resolves.toBeUndefined();
  });

  it('is durable after append: a new group, in another process, reads from the first record', async () => {
    const { topic, group } = await suite.newTopic();
    await suite.log().append([record(topic, 'a', 1), record(topic, 'b', 2)]);
    await suite.log().append([record(topic, 'a', 3)]);
    const seen = gather();
    await suite.start(await suite.another(), { group, topic, handle: seen.handle });
    await vi.waitFor(() => expect(new Set(seen.sequences())).toEqual(new Set([1, 2, 3])), WAIT);
  });

  it('hands a running consumer what is appended later', async () => {
    const { topic, group } = await suite.newTopic();
    const seen = gather();
    const consumer = await suite.start(suite.log(), { group, topic, handle: seen.handle });
    await suite.log().append([record(topic, 'a', 1)]);
    await vi.waitFor(() => expect(seen.sequences()).toEqual([1]), WAIT);
    await suite.log().append([record(topic, 'a', 2)]);
    await vi.waitFor(() => expect(seen.sequences()).toEqual([1, 2]), WAIT);
    expect(consumer.idleMs()).toBeLessThan(60_000);
  });

  it('says where a record stands: topic, partition, a growing offset, and when it was taken', async () => {
    const { topic, group } = await suite.newTopic();
    const before = Date.now();
    await suite.log().append([record(topic, 'a', 1), record(topic, 'a', 2), record(topic, 'a', 3)]);
    const batches: LogBatch[] = [];
    await suite.start(suite.log(), { group, topic, handle: async (batch) => void batches.push(batch) });
    const records = () => batches.flatMap((batch) => batch.records);
    await vi.waitFor(() => expect(records()).toHaveLength(3), WAIT);
    for (const batch of batches) for (const each of batch.records) expect([each.topic, each.partition]).toEqual([topic, batch.partition]);
    const offsets = records().map((each) => BigInt(each.offset));
    expect(offsets).toEqual(offsets.toSorted((a, b) => (a < b ? -1 : 1)));
    expect(new Set(offsets).size).toBe(3);
    for (const each of records()) expect(Math.abs(each.appendedAtMs - before)).toBeLessThan(60_000);
  });

  it('keeps headers and every character of a value', async () => {
    const { topic, group } = await suite.newTopic();
    const value = JSON.stringify({ sequence: 1, text: 'Zoë 👩‍💻 \u0000 "quoted" \\ \n 東京 \u2028', nested: { empty: '' } });
    const headers = { 'command-id': 'cmd_1', note: 'naïve – ✓', empty: '' };
    await suite.log().append([
      { topic, key: 'ténant:lead_ü', value, headers },
      { topic, key: 'ténant:lead_ü', value: JSON.stringify({ sequence: 2 }) },
    ]);
    const seen = gather();
    await suite.start(suite.log(), { group, topic, handle: seen.handle });
    await vi.waitFor(() => expect(seen.records).toHaveLength(2), WAIT);
    expect(seen.records[0]).toMatchObject({ key: 'ténant:lead_ü', value, headers });
    expect(seen.records[1]?.headers ?? {}).toEqual({});
  });

  it('keeps the order of each key, over many appends and small batches', async () => {
    const { topic, group } = await suite.newTopic();
    const keys = Array.from({ length: 10 }, (_, index) => `key-${index}`);
    for (let sequence = 0; sequence < 20; sequence += 1) await suite.log().append(keys.map((key) => record(topic, key, sequence)));
    const seen = gather();
    await suite.start(suite.log(), { group, topic, recordsMax: 7, handle: seen.handle });
    await vi.waitFor(() => expect(seen.records).toHaveLength(200), WAIT);
    expect(seen.largest()).toBeLessThanOrEqual(7);
    for (const [, ofKey] of byKey(seen.records)) expect(ofKey).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });

  it('takes 1,000 records in one append and 200 appends at once', async () => {
    const { topic, group } = await suite.newTopic();
    await suite.log().append(Array.from({ length: 1_000 }, (_, index) => record(topic, `key-${index % 50}`, index)));
    await Promise.all(Array.from({ length: 200 }, (_, index) => suite.log().append([record(topic, `key-${index % 50}`, 1_000 + index)])));
    const seen = gather();
    await suite.start(suite.log(), { group, topic, recordsMax: 500, handle: seen.handle });
    await vi.waitFor(() => expect(new Set(seen.sequences()).size).toBe(1_200), WAIT);
    for (const [, ofKey] of byKey(seen.records)) expect(ofKey.slice(0, 20)).toEqual(ofKey.slice(0, 20).toSorted((a, b) => a - b));
    await suite.lagIs(group, topic, 0);
  });
}
