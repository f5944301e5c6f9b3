import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startAcceptance } from '../../../resolvers/commands/acceptance.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = new Promise<never>(() => undefined);

test('a step that is done in time gives its answer, or its error', async () => {
  const acceptance = startAcceptance(1_000);
  await expect(acceptance.bound(Promise.resolve('taken'))).resolves.toBe('taken');
  await expect(acceptance.bound(Promise.reject(new Error('the log is full')))).rejects.toThrow('the log is full');
  acceptance.end();
  expect(vi.getTimerCount()).toBe(0);
});

test('when the time is up all who wait are told, the log is told not to send any more, and nothing that comes later is waited for', async () => {
  const acceptance = startAcceptance(1_000);
  const [stayed, left] = [vi.fn<() => void>(), vi.fn<() => void>()];
  acceptance.signal.addEventListener('abort', stayed, { once: true });
  acceptance.signal.addEventListener('abort', left, { once: true });
  acceptance.signal.removeEventListener('abort', left);
  const waiting = [acceptance.bound(never), acceptance.bound(never)].map((step) => expect(step).rejects.toMatchObject({ extensions: { code: 'UNAVAILABLE' } }));
  vi.advanceTimersByTime(999);
  expect([acceptance.signal.aborted, stayed.mock.calls.length]).toEqual([false, 0]);
  vi.advanceTimersByTime(1);
  await Promise.all(waiting);
  expect([acceptance.signal.aborted, stayed.mock.calls.length, left.mock.calls.length]).toEqual([true, 1, 0]);
  await expect(acceptance.bound(Promise.reject(new Error('late')))).rejects.toMatchObject({ extensions: { code: 'UNAVAILABLE' } });
});
