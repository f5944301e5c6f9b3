import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createLateLog } from '../../platform/log/late-log.ts';
import type { Log } from '../../platform/log/log.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A log that notes what is asked of it, and how often it was opened. */
function aLog(failures = 0) {
  const asked: string[] = [];
  const noted = (what: string) => async (): Promise<void> => void asked.push(what);
  const log: Log = {
    ensureTopics: noted('ensureTopics'),
    append: async (_records, options) => void asked.push(options?.signal ? 'append with a signal' : 'append'),
    consume: async () => ({ stop: async () => undefined, idleMs: () => 0 }),
    lag: async () => 7,
    trim: async () => [],
    check: noted('check'),
    close: noted('close'),
  };
  let opened = 0;
  const open = async (): Promise<Log> => {
    opened += 1;
    if (opened <= failures) throw new Error('no such module');
    return log;
  };
  return { open, asked, timesOpened: () => opened };
}

it('opens the log for the first who needs it, once for all', async () => {
  const { open, asked, timesOpened } = aLog();
  const late = createLateLog(open);
  expect(timesOpened()).toBe(0);
  await Promise.all([late.append([], { signal: new AbortController().signal }), late.check()]);
  expect(await late.lag('group', 'topic')).toBe(7);
  expect(timesOpened()).toBe(1);
  expect(asked).toEqual(['append with a signal', 'check']);
});

it('opens it a moment after the start, for commands that come then', async () => {
  const { open, timesOpened } = aLog();
  createLateLog(open);
  await vi.runAllTimersAsync();
  expect(timesOpened()).toBe(1);
});

it('tries again where it could not be opened', async () => {
  const { open, timesOpened } = aLog(1);
  const late = createLateLog(open);
  await expect(late.check()).rejects.toThrow('no such module');
  await late.check();
  expect(timesOpened()).toBe(2);
});

it('closes what was opened, and opens nothing to close it', async () => {
  const { open, asked, timesOpened } = aLog();
  await createLateLog(open).close();
  await vi.runAllTimersAsync();
  expect(timesOpened()).toBe(0);
  const used = createLateLog(open);
  await used.check();
  await used.close();
  expect(asked).toEqual(['check', 'close']);
});
