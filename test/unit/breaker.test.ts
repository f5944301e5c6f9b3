import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createBreaker, type Breaker, type Pass } from '../../platform/resilience/breaker.ts';

const OPTIONS = { failuresMax: 2, retryAfterMs: 1_000, patienceMs: 100 };

describe('a circuit breaker', () => {
  let breaker: Breaker;
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.parse('2026-03-01T10:00:00Z') });
    breaker = createBreaker(OPTIONS);
  });
  afterEach(() => void vi.useRealTimers());

  const settle = async (isSuccess: boolean): Promise<void> => (await entered()).settle(isSuccess);
  const entered = async (): Promise<Pass> => {
    const pass = await breaker.enter();
    if (pass === null) throw new Error('it was refused');
    return pass;
  };
  const open = async (): Promise<void> => {
    await settle(false);
    await settle(false);
    expect(breaker.state()).toBe('OPEN');
  };

  test('opens behind failures in a row, not behind failures among successes', async () => {
    for (const isSuccess of [false, true, false, true]) await settle(isSuccess);
    expect(breaker.state()).toBe('CLOSED');
    await open();
    expect(await breaker.enter()).toBeNull();
  });

  test('lets one try when its time is up, and closes or opens with it', async () => {
    await open();
    vi.advanceTimersByTime(999);
    expect(await breaker.enter()).toBeNull();
    vi.advanceTimersByTime(1);
    await settle(false);
    expect(breaker.state()).toBe('OPEN');
    expect(await breaker.enter()).toBeNull();
    vi.advanceTimersByTime(1_000);
    await settle(true);
    expect(breaker.state()).toBe('CLOSED');
  });

  test('has those who come while one tries wait for it, and go with it', async () => {
    await open();
    vi.advanceTimersByTime(60_000);
    const trial = await entered();
    const others = Promise.all([breaker.enter(), breaker.enter()]);
    trial.settle(true);
    expect(await others).toEqual([expect.anything(), expect.anything()]);
  });

  test('refuses those who come while one tries, where that takes too long or fails', async () => {
    await open();
    vi.advanceTimersByTime(1_000);
    const trial = await entered();
    const impatient = breaker.enter();
    vi.advanceTimersByTime(100);
    expect(await impatient).toBeNull();
    // By then nobody waits any more.
    expect(breaker.enter()).toBeNull();
    trial.settle(false);
    vi.advanceTimersByTime(1_000);
    const again = await entered();
    const other = breaker.enter();
    again.settle(false);
    expect(await other).toBeNull();
  });

  test('does not judge by what was sent before it opened', async () => {
    const early = await entered();
    await open();
    early.settle(true);
    expect(breaker.state()).toBe('OPEN');
    vi.advanceTimersByTime(1_000);
    await settle(true);
    // What hung since then fails now, behind the one that went well.
    early.settle(false);
    early.settle(false);
    expect(breaker.state()).toBe('CLOSED');
  });

  test('tries again in time though the clock of the day was set back', async () => {
    await open();
    vi.setSystemTime(Date.parse('2026-03-01T09:50:00Z'));
    vi.advanceTimersByTime(1_000);
    await settle(true);
    expect(breaker.state()).toBe('CLOSED');
  });
});
