import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sendAway } from '../../../../gateway/live/send-away.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Connections with so many subscribers each, by their numbers. */
const connections = (count: number, each: number): readonly string[][] =>
  Array.from({ length: count }, (_, connection) => Array.from({ length: each }, (_one, at) => `${connection}.${at}`));

async function sent(all: readonly string[][], options: Parameters<typeof sendAway>[2]) {
  const ends: { readonly one: string; readonly atMs: number; readonly retryMs: number }[] = [];
  const startedMs = performance.now();
  const done = sendAway(all, (one: string, retryMs) => void ends.push({ one, retryMs, atMs: performance.now() - startedMs }), options);
  await vi.runAllTimersAsync();
  await done;
  return ends;
}

describe('sending subscribers away', () => {
  it('ends those of one connection together, told to come back together', async () => {
    const ends = await sent(connections(40, 3), { perSecond: 100, withinMs: 60_000 });
    expect(ends.map(({ one }) => one)).toEqual(connections(40, 3).flat());
    for (let at = 0; at < ends.length; at += 3) {
      const together = ends.slice(at, at + 3);
      expect(new Set(together.map(({ atMs, retryMs }) => `${atMs} ${retryMs}`)).size).toBe(1);
    }
  });

  it.each([
    [1, 200],
    [2, 100],
    [7, 30],
    [100, 4],
  ])('paces them by how many they are, not by their connections: %i on each', async (each, count) => {
    const ends = await sent(connections(count, each), { perSecond: 100, withinMs: 60_000 });
    expect(ends).toHaveLength(count * each);
    const most = Math.max(...ends.map(({ atMs: from }) => ends.filter(({ atMs }) => atMs >= from && atMs < from + 1_000).length));
    // What is due, and the whole of a connection.
    expect(most).toBeLessThanOrEqual(80 + 4 + each);
    expect(ends.at(-1)?.atMs).toBeGreaterThan(((count - 1) * each * 1_000) / 80 - 100);
  });

  it('sends the rest at once at the end of its time, to come back as slowly', async () => {
    const ends = await sent(connections(100, 2), { perSecond: 10, withinMs: 1_000 });
    expect(ends).toHaveLength(200);
    expect(ends.at(-1)?.atMs).toBeLessThanOrEqual(1_000);
    expect(Math.max(...ends.map(({ retryMs }) => retryMs))).toBeGreaterThan(10_000);
    expect(Math.max(...ends.map(({ retryMs }) => retryMs))).toBeLessThanOrEqual(20_000);
  });
});
