import { expect, test } from 'vitest';
import { dueOf } from '../../../platform/cache/early-refresh.ts';

const found = { untilMs: 300_000, tookMs: 100 };
const shareAt = (nowMs: number): number =>
  Array.from({ length: 1_000 }, (_, n) => dueOf(found, nowMs, () => (n + 0.5) / 1_000)).filter((due) => due === 'EARLY').length / 1_000;

test('what is near its end is read anew by chance, the likelier the nearer it is, and behind it always', () => {
  expect([0, 200_000, 292_000].map(shareAt)).toEqual([0, 0, 0]);
  const [far, near, last] = [shareAt(299_000), shareAt(299_800), shareAt(299_999)];
  expect(far).toBeCloseTo(Math.exp(-5), 2);
  expect(near).toBeCloseTo(Math.exp(-1), 2);
  expect(last).toBeGreaterThan(0.99);
  expect(dueOf(found, 300_000, () => 1)).toBe('ENDED');
});

test('what takes longer to read is begun earlier', () => {
  expect(dueOf({ untilMs: 300_000, tookMs: 2_000 }, 297_000, () => 0.3)).toBe('EARLY');
  expect(dueOf({ untilMs: 300_000, tookMs: 2 }, 297_000, () => 0.3)).toBe('NO');
});
