import { describe, expect, it } from 'vitest';
import type { LogBatch } from '../../../platform/log/log.ts';
import { createLanes, type LanePool } from '../../../workers/kit/lanes/lanes.ts';
import { workInSlices, type SliceOptions } from '../../../workers/kit/lanes/work-in-slices.ts';

const never = new AbortController().signal;

/** A batch of so many records that remembers how far its offset was moved. */
function batchOf(count: number, signal: AbortSignal = never) {
  const moved: number[] = [];
  const records = Array.from({ length: count }, (_, n) => ({ topic: 't', partition: 0, key: 'k', value: '{}', offset: String(n), appendedAtMs: n }));
  const batch: LogBatch = { topic: 't', partition: 0, records, signal, heartbeat: async () => undefined, finished: async (upTo) => void moved.push(upTo) };
  return { batch, moved };
}

/** Hot work has ended just now. */
async function besideHot(): Promise<LanePool> {
  const { shared } = createLanes({ nowMs: () => 0 });
  await shared.run('hot', 1, never, async () => undefined);
  return shared;
}

function run(batch: LogBatch, pool: LanePool, handle: SliceOptions['handle']) {
  const sizes: number[] = [];
  const ended = workInSlices(batch, {
    lane: 'cold',
    pool,
    sliceMax: 50,
    deadlineMs: 60_000,
    handle,
    onFinished: ({ records }) => void sizes.push(records.length),
  });
  return { ended, sizes };
}

describe('a batch of a slow lane', () => {
  it('is worked on whole while its lane is alone', async () => {
    const { batch, moved } = batchOf(120);
    const { ended, sizes } = run(batch, createLanes({ nowMs: () => 0 }).shared, async () => undefined);
    await ended;
    expect([sizes, moved]).toEqual([[120], []]);
  });

  it('is cut into slices beside a faster lane, in order, the offset behind each of them', async () => {
    const { batch, moved } = batchOf(120);
    const seen: string[] = [];
    const { ended, sizes } = run(batch, await besideHot(), async ({ records }) => void seen.push(...records.map(({ offset }) => offset)));
    await ended;
    expect(sizes).toEqual([50, 50, 20]);
    expect(moved).toEqual([50, 100]);
    expect(seen).toEqual(batch.records.map(({ offset }) => offset));
  });

  it('changes to slices as soon as a faster lane wakes up', async () => {
    const { shared } = createLanes({ nowMs: () => 0 });
    const first = batchOf(120);
    const second = batchOf(120);
    const whole = run(first.batch, shared, async () => undefined);
    await whole.ended;
    await shared.run('hot', 1, never, async () => undefined);
    const cut = run(second.batch, shared, async () => undefined);
    await cut.ended;
    expect([whole.sizes, cut.sizes]).toEqual([[120], [50, 50, 20]]);
  });

  it('lets others in between two slices', async () => {
    const pool = await besideHot();
    const order: string[] = [];
    const { batch } = batchOf(100);
    const { ended } = run(batch, pool, async () => {
      order.push('cold');
      if (order.length === 1) setImmediate(() => order.push('somebody else'));
    });
    await ended;
    expect(order).toEqual(['cold', 'somebody else', 'cold']);
  });

  it('keeps what is finished where a later slice fails', async () => {
    const { batch, moved } = batchOf(200);
    const { ended, sizes } = run(batch, await besideHot(), async ({ records }) => {
      if (records[0]?.offset === '100') throw new Error('not this one');
    });
    await expect(ended).rejects.toThrow('not this one');
    expect([sizes, moved]).toEqual([
      [50, 50],
      [50, 100],
    ]);
  });

  it('ends the slice that is under way when it is told to stop, keeps it and hands back the rest', async () => {
    const stopping = new AbortController();
    const { batch, moved } = batchOf(200, stopping.signal);
    const { ended, sizes } = run(batch, await besideHot(), async ({ records }) => {
      if (records[0]?.offset === '50') stopping.abort(new Error('the consumer stops'));
    });
    await expect(ended).rejects.toThrow('the consumer stops');
    expect([sizes, moved]).toEqual([
      [50, 50],
      [50, 100],
    ]);
  });

  it('begins no further slice once an offset could not be moved', async () => {
    const { batch } = batchOf(200);
    const lost: LogBatch = { ...batch, finished: () => Promise.reject(new Error('the partition was lost')) };
    const { ended, sizes } = run(lost, await besideHot(), async () => undefined);
    await expect(ended).rejects.toThrow('the partition was lost');
    expect(sizes.length).toBeLessThanOrEqual(2);
  });

  it('moves a slice of a slice relative to the batch', async () => {
    const { batch, moved } = batchOf(100);
    const { ended } = run(batch, await besideHot(), (slice) => slice.finished(10));
    await ended;
    expect(moved).toEqual([10, 50, 60]);
  });
});
