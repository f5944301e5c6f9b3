import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { COMMAND_READERS, COMMAND_TOPICS, EVENT_READERS, EVENT_TOPICS } from '../../../platform/log/topics.ts';
import type { Leases } from '../../../platform/event-store/leases.ts';
import { silentLogger } from '../../../platform/telemetry/logger.ts';
import { isRoleName } from '../../../workers/kit/role.ts';
import { createInFlight } from '../../../workers/relay/in-flight.ts';
import { keepLease, type LeaseKeeper } from '../../../workers/relay/lease-keeper.ts';
import { createPace } from '../../../workers/relay/pace.ts';

const TTL_MS = 3_000;
const STANDBY_MS = 250;

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('a kept lease', () => {
  let keeper: LeaseKeeper;
  let asked: number[];
  let released: number;
  let answer: () => Promise<boolean>;
  let works: boolean;
  beforeEach(async () => {
    [asked, released, works] = [[], 0, true];
    answer = () => Promise.resolve(true);
    const leases: Leases = {
      hold(_name, _holder, ttlMs) {
        expect(ttlMs).toBe(TTL_MS);
        asked.push(performance.now());
        return answer();
      },
      release: async () => void (released += 1),
    };
    keeper = keepLease({ leases, logger: silentLogger, name: 'x', holder: 'me', ttlMs: TTL_MS, standbyMs: STANDBY_MS, works: () => works });
    await pass(0);
  });
  afterEach(() => keeper.stop());

  it('is renewed by the clock, three times in its time, however often it is looked at', async () => {
    for (let ms = 0; ms < 2 * TTL_MS; ms += 10) {
      expect(keeper.holds()).toBe(true);
      await pass(10);
    }
    expect(asked).toHaveLength(7);
  });

  it('counts as lost well before anybody else can have it, where the database does not answer', async () => {
    const never = Promise.withResolvers<boolean>();
    answer = () => never.promise;
    await pass(TTL_MS / 3);
    expect(keeper.holds()).toBe(true);
    await pass(TTL_MS * 0.75 - TTL_MS / 3 - 1);
    expect(keeper.holds()).toBe(true);
    await pass(1);
    expect(keeper.holds()).toBe(false);
    never.resolve(false);
  });

  it('counts from the question, not from the answer: the database began before', async () => {
    const late = Promise.withResolvers<boolean>();
    answer = () => late.promise;
    await pass(TTL_MS / 3);
    await pass(TTL_MS / 2);
    late.resolve(true);
    await pass(0);
    expect(keeper.holds()).toBe(true);
    await pass(TTL_MS / 4 - 1);
    expect(keeper.holds()).toBe(true);
    const never = Promise.withResolvers<boolean>();
    answer = () => never.promise;
    await pass(1);
    expect(keeper.holds()).toBe(false);
    never.resolve(false);
  });

  it('is asked for often while another has it, and wakes who waits once it is held', async () => {
    answer = () => Promise.resolve(false);
    await pass(TTL_MS);
    expect(keeper.holds()).toBe(false);
    asked.length = 0;
    await pass(1_000);
    expect(asked.length).toBeGreaterThanOrEqual(4);
    let woken = false;
    void keeper.untilHeld(new AbortController().signal).then(() => (woken = true));
    answer = () => Promise.resolve(true);
    await pass(STANDBY_MS);
    expect([woken, keeper.holds()]).toEqual([true, true]);
  });

  it('is not trusted after a doubt until the database says so again', async () => {
    asked.length = 0;
    answer = () => Promise.resolve(false);
    keeper.doubt();
    expect(keeper.holds()).toBe(false);
    await pass(0);
    expect([asked.length, keeper.holds()]).toEqual([1, false]);
    answer = () => Promise.resolve(true);
    await pass(STANDBY_MS);
    expect(keeper.holds()).toBe(true);
  });

  it('is let go where the work under it hangs', async () => {
    works = false;
    asked.length = 0;
    await pass(2 * TTL_MS);
    expect([asked.length, keeper.holds()]).toEqual([0, false]);
    works = true;
    await pass(STANDBY_MS);
    expect(keeper.holds()).toBe(true);
  });
});

describe('the pace of the lanes', () => {
  it('makes room while hot has work, and none otherwise', async () => {
    const pace = createPace();
    expect(['hot', 'warm', 'cold'].map((lane) => pace.pageMax(lane as 'hot'))).toEqual([1_000, 1_000, 1_000]);
    pace.moved('cold', 1_000);
    pace.moved('hot', 0);
    expect(pace.pageMax('cold')).toBe(1_000);
    pace.moved('hot', 1);
    expect(['hot', 'warm', 'cold'].map((lane) => pace.pageMax(lane as 'hot'))).toEqual([1_000, 100, 100]);
    await pass(1_000);
    expect(pace.pageMax('cold')).toBe(1_000);
  });
});

describe('what is in flight', () => {
  it('has ended once everything that was under way has, well or not; what begins later does not count', async () => {
    const inFlight = createInFlight();
    const [good, bad, later] = [Promise.withResolvers<void>(), Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const first = inFlight.run(() => good.promise);
    const second = inFlight.run(() => bad.promise).catch((error: unknown) => error);
    let ended = false;
    const waiting = inFlight.ended().then(() => (ended = true));
    await pass(500);
    void inFlight.run(() => later.promise);
    expect(inFlight.oldestMs()).toBe(500);
    good.resolve();
    await first;
    await pass(0);
    expect(ended).toBe(false);
    bad.reject(new Error('no'));
    await Promise.all([waiting, second]);
    expect([ended, inFlight.oldestMs()]).toEqual([true, 0]);
    later.resolve();
  });
});

describe('who reads which topic', () => {
  it('is said by the names of roles, a group for each in every lane', () => {
    expect([...COMMAND_READERS, ...EVENT_READERS].filter((name) => !isRoleName(name))).toEqual([]);
    expect([COMMAND_TOPICS[2], EVENT_TOPICS[0]]).toEqual([
      { topic: 'leads.commands.cold', groups: ['command-handler.cold'] },
      { topic: 'leads.events.hot', groups: ['projector.hot', 'scoring.hot', 'matching.hot'] },
    ]);
  });
});
