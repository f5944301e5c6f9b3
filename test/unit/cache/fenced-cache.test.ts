import { describe, expect, test } from 'vitest';
import { createEpochs } from '../../../platform/cache/epochs.ts';
import { createFencedCache } from '../../../platform/cache/fenced-cache.ts';

const made = (since: number, ...tags: string[]) => ({ tags: new Set(tags), since, untilMs: Infinity });

describe('a cache behind fences', () => {
  test('drops what a change touches and nothing else, found by its own tag or by several', () => {
    const epochs = createEpochs();
    const cache = createFencedCache<object>({ epochs, nowMs: () => 0 });
    const valueOf = (key: string): object | undefined => cache.find(key)?.value;
    const now = epochs.now();
    cache.keep('a', { a: 1 }, 10, made(now, 'a'));
    cache.keep('b', { b: 1 }, 10, made(now, 'a', 'b', 'c'));
    cache.keep('d', { d: 1 }, 10, made(now, 'd'));
    epochs.move(['c']);
    expect([valueOf('a'), valueOf('b'), valueOf('d')]).toEqual([{ a: 1 }, undefined, { d: 1 }]);
    epochs.move(['a']);
    expect([valueOf('a'), valueOf('d')]).toEqual([undefined, { d: 1 }]);
    expect(cache.facts()).toMatchObject({ entries: 1, dropped: 2 });
  });

  test('keeps the newer of two values under a key, with the newer one’s tags', () => {
    const epochs = createEpochs();
    const cache = createFencedCache<object>({ epochs, nowMs: () => 0 });
    cache.keep('k', { n: 1 }, 10, made(epochs.now(), 'old'));
    cache.keep('k', { n: 2 }, 10, made(epochs.now(), 'new'));
    epochs.move(['old']);
    expect(cache.find('k')?.value).toEqual({ n: 2 });
    epochs.move(['new']);
    expect(cache.find('k')).toBeUndefined();
  });

  test('takes nothing in that is larger than all its room, and keeps what it had', () => {
    const epochs = createEpochs();
    const cache = createFencedCache<object>({ epochs, nowMs: () => 0, bytesMax: 10_000 });
    expect(cache.keep('small', {}, 100, made(epochs.now(), 't'))).toBe(true);
    expect(cache.keep('large', {}, 20_000, made(epochs.now(), 't'))).toBe(false);
    expect(cache.find('small')?.value).toEqual({});
  });

  test('ends what was kept for longest by itself, for changes that nobody told of', () => {
    let nowMs = 0;
    const epochs = createEpochs();
    const cache = createFencedCache<object>({ epochs, nowMs: () => nowMs });
    cache.keep('k', {}, 10, made(epochs.now()));
    nowMs = 331_000;
    expect(cache.find('k')).toBeUndefined();
  });

  test('gives something out for a grace beyond its end to who asks so, unless it changed or could not be read anew', () => {
    let nowMs = 0;
    const epochs = createEpochs();
    const cache = createFencedCache<object>({ epochs, nowMs: () => nowMs });
    cache.keep('k', {}, 10, { ...made(epochs.now(), 't'), untilMs: 1_000 });
    cache.keep('l', {}, 10, { ...made(epochs.now(), 'l'), untilMs: 1_000 });
    nowMs = 1_500;
    expect([cache.find('k'), cache.find('k', 400), cache.find('k', 600)?.value]).toEqual([undefined, undefined, {}]);
    epochs.move(['t']);
    cache.withoutGrace('l');
    expect([cache.find('k', 600), cache.find('l', 600)]).toEqual([undefined, undefined]);
  });

  test('holds on what is known to be old where it may be, within the same room, and gives it out as that alone', () => {
    let nowMs = 500;
    const epochs = createEpochs();
    const holding = { holdMs: 10_000, holdsMoved: (value: object) => 'page' in value };
    const cache = createFencedCache<object>({ epochs, nowMs: () => nowMs, bytesMax: 5_000, ...holding });
    const since = epochs.now();
    cache.keep('p', { page: 1 }, 10, { ...made(since, 't'), readAtMs: 400 });
    cache.keep('v', { view: 1 }, 10, made(since, 'v'));
    const before = cache.facts().bytes;
    epochs.move(['t']);
    epochs.move(['t']);
    expect(cache.find('p', 5_000)).toBeUndefined();
    expect(cache.findHeld('p')).toMatchObject({ value: { page: 1 }, readAtMs: 400, tookMs: 100, since, movedAt: since + 1 });
    expect(cache.facts()).toMatchObject({ bytes: before, dropped: 1 });
    epochs.move(['v']);
    expect(cache.findHeld('v')).toBeUndefined();
    nowMs = 10_400;
    expect(cache.findHeld('p')).toBeUndefined();
    nowMs = 500;
    for (let n = 0; n < 20; n += 1) cache.keep(`other ${n}`, {}, 300, made(epochs.now(), `o${n}`));
    expect(cache.findHeld('p')).toBeUndefined();
  });

  test('holds nothing on where news were lost for good', () => {
    const epochs = createEpochs();
    const cache = createFencedCache<object>({ epochs, nowMs: () => 0, holdMs: 10_000, holdsMoved: () => true });
    cache.keep('p', {}, 10, made(epochs.now(), 't'));
    epochs.move(['t']);
    expect(cache.findHeld('p')).toBeDefined();
    epochs.moveAll();
    expect(cache.findHeld('p')).toBeUndefined();
    expect(cache.facts()).toMatchObject({ entries: 0, bytes: 0 });
  });

  test('holds a million small entries, each dropped by its own change', { timeout: 60_000 }, () => {
    const COUNT = 1_000_000;
    const epochs = createEpochs();
    const cache = createFencedCache<object>({ epochs, nowMs: () => 0, bytesMax: 1_000_000_000 });
    const value = {};
    for (let n = 0; n < COUNT; n += 1) cache.keep(`v${n}`, value, 50, made(epochs.now(), `v${n}`));
    expect(cache.facts().entries).toBe(COUNT);
    for (let n = 0; n < COUNT; n += 1_000) epochs.move([`v${n}`]);
    expect(cache.facts()).toMatchObject({ entries: COUNT - 1_000, dropped: 1_000 });
    expect([cache.find('v1000')?.value, cache.find('v1001')?.value]).toEqual([undefined, value]);
  });
});
