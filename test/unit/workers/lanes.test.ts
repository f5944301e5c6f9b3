import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createLanes } from '../../../workers/kit/lanes/lanes.ts';

const never = new AbortController().signal;

describe('the lanes of a process', () => {
  it('tells slow work that a faster lane is awake: while that works, and for 30 s after it', async () => {
    let nowMs = 0;
    const { shared } = createLanes({ nowMs: () => nowMs });
    const besideOf = (lane: 'hot' | 'cold'): Promise<boolean> => shared.run(lane, 1, never, async (beside) => beside);
    expect(await besideOf('cold')).toBe(false);
    const hot = Promise.withResolvers<void>();
    const working = shared.run('hot', 1, never, () => hot.promise);
    nowMs = 100_000;
    expect(await besideOf('cold')).toBe(true);
    hot.resolve();
    await working;
    nowMs = 129_999;
    expect([await besideOf('cold'), await besideOf('hot')]).toEqual([true, false]);
    nowMs = 160_000;
    expect(await besideOf('cold')).toBe(false);
  });

  it('does not cut slow work for a faster lane with a crowd of its own, nor for a second after it', async () => {
    let nowMs = 0;
    const { shared } = createLanes({ nowMs: () => nowMs });
    const isCut = (): Promise<boolean> => shared.run('cold', 500, never, async (beside) => beside);
    const crowd = Promise.withResolvers<void>();
    const working = shared.run('hot', 300, never, () => crowd.promise);
    expect(await isCut()).toBe(false);
    crowd.resolve();
    await working;
    await shared.run('hot', 1, never, async () => undefined);
    nowMs = 999;
    expect(await isCut()).toBe(false);
    nowMs = 1_000;
    expect(await isCut()).toBe(true);
  });

  it('takes the lanes that another process consumes for awake, and borrows little of their slots', async () => {
    const { own, shared } = createLanes({ own: ['cold'], nowMs: () => 0 });
    const held = Promise.withResolvers<void>();
    const working = Array.from({ length: 5 }, () =>
      shared.run('cold', 1, never, async (beside) => {
        await held.promise;
        return beside;
      }),
    );
    await nextTurn();
    expect([own, shared.inUse('cold')]).toEqual([['cold'], 2]);
    held.resolve();
    expect(await Promise.all(working)).toEqual([true, true, true, true, true]);
  });

  it('tells it to the slots of every role', async () => {
    const lanes = createLanes({ nowMs: () => 0 });
    const own = lanes.newPool();
    await own.run('hot', 1, never, async () => undefined);
    expect(await lanes.shared.run('warm', 1, never, async (beside) => beside)).toBe(true);
  });

  it('gives a long role slots of its own, so that it holds nobody else up', async () => {
    const lanes = createLanes({ nowMs: () => 0 });
    const held = Promise.withResolvers<void>();
    const own = lanes.newPool();
    const long = Array.from({ length: 20 }, () => own.run('hot', 1, never, () => held.promise));
    await expect(lanes.shared.run('hot', 1, never, async () => 'done')).resolves.toBe('done');
    expect([own.inUse('hot'), lanes.shared.inUse('hot')]).toEqual([10, 0]);
    held.resolve();
    await Promise.all(long);
  });

  it('gives the slot back where the work fails, and takes nobody in who was told to stop', async () => {
    const { shared } = createLanes({ nowMs: () => 0 });
    const held = Promise.withResolvers<void>();
    const working = Array.from({ length: 10 }, () => shared.run('cold', 1, never, () => held.promise));
    const stopping = new AbortController();
    let began = false;
    const waiting = shared.run('cold', 1, stopping.signal, async () => void (began = true));
    stopping.abort(new Error('the consumer stops'));
    await expect(waiting).rejects.toThrow('the consumer stops');
    await expect(shared.run('hot', 1, stopping.signal, async () => void (began = true))).rejects.toThrow('the consumer stops');
    held.reject(new Error('broken'));
    for (const work of working) await expect(work).rejects.toThrow('broken');
    await nextTurn();
    expect([began, shared.inUse('cold'), shared.inUse('hot')]).toEqual([false, 0, 0]);
  });
});
