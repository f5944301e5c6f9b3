import { describe, expect, it } from 'vitest';
import type { LogBatch } from '../../../platform/log/log.ts';
import { createLaneFacts } from '../../../workers/kit/lanes/lane-facts.ts';
import { createLanes } from '../../../workers/kit/lanes/lanes.ts';
import { clockOf } from '../../support/clock.ts';

const never = new AbortController().signal;
const NOW_MS = Date.parse('2026-03-10T20:00:00.000Z');
const clock = clockOf(() => new Date(NOW_MS));

/** Records that the log took so many milliseconds ago. */
function batchOf(...agesMs: number[]): LogBatch {
  const records = agesMs.map((ageMs, n) => ({ topic: 't', partition: 0, key: 'k', value: '{}', offset: String(n), appendedAtMs: NOW_MS - ageMs }));
  return { topic: 't', partition: 0, records, signal: never, heartbeat: async () => undefined, finished: async () => undefined };
}

describe('what a role says of its lanes', () => {
  it('tells the age of the oldest record that is not finished, of each lane', async () => {
    const facts = createLaneFacts(createLanes({ nowMs: () => 0 }).shared, clock);
    const batch = batchOf(5_000, 4_000, 1_000);
    const seen: unknown[] = [];
    const look = (): void => void seen.push([facts.facts()['hot_oldest_ms'], facts.facts()['cold_oldest_ms']]);
    await facts.watch('cold', batch, async (onFinished) => {
      await facts.watch('cold', batchOf(300), async () => look());
      onFinished({ ...batch, records: batch.records.slice(0, 2) });
      look();
      onFinished({ ...batch, records: batch.records.slice(2) });
      look();
    });
    look();
    expect(seen).toEqual([
      [0, 5_000],
      [0, 1_000],
      [0, 0],
      [0, 0],
    ]);
    expect(facts.facts()).toMatchObject({ handled_total: 3, slices_total: 2, errors_total: 0 });
  });

  it('forgets a batch that failed, and counts failures and those by the deadline', async () => {
    const facts = createLaneFacts(createLanes({ nowMs: () => 0 }).shared, clock);
    await expect(facts.watch('warm', batchOf(9_000), () => Promise.reject(new Error('not now')))).rejects.toThrow('not now');
    facts.failed(false);
    facts.failed(true);
    expect(facts.facts()).toMatchObject({ warm_oldest_ms: 0, errors_total: 2, deadlines_total: 1 });
  });

  it('tells how many slots of the lane are in use', async () => {
    const { shared } = createLanes({ nowMs: () => 0 });
    const facts = createLaneFacts(shared, clock);
    const slots = await shared.run('cold', 1, never, async () => [facts.facts()['cold_slots'], facts.facts()['hot_slots']]);
    expect([slots, facts.facts()['cold_slots']]).toEqual([[1, 0], 0]);
  });
});
