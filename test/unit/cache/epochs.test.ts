import { describe, expect, test } from 'vitest';
import { createEpochs } from '../../../platform/cache/epochs.ts';

describe('a fence between reads and changes', () => {
  test('lets through what was read while none of its tags moved', () => {
    const epochs = createEpochs();
    const since = epochs.now();
    epochs.move(['other']);
    expect(epochs.hasMoved(['mine', 'also mine'], since)).toBe(false);
  });

  test('stops what was read before one of its tags moved, and lets through what was read after', () => {
    const epochs = createEpochs();
    const since = epochs.now();
    epochs.move(['mine']);
    expect(epochs.hasMoved(['another', 'mine'], since)).toBe(true);
    expect(epochs.hasMoved(['mine'], epochs.now())).toBe(false);
  });

  test('stops everything that was read before changes may have been missed', () => {
    const epochs = createEpochs();
    const since = epochs.now();
    epochs.moveAll();
    expect(epochs.hasMoved(['mine'], since)).toBe(true);
    expect(epochs.hasMoved([], since)).toBe(true);
    expect(epochs.hasMoved(['mine'], epochs.now())).toBe(false);
  });

  test('stops what is older than the moves that it remembers', () => {
    const epochs = createEpochs({ movesMax: 2 });
    const since = epochs.now();
    epochs.move(['mine']);
    const later = epochs.now();
    for (const tag of ['a', 'b', 'c']) epochs.move([tag]);
    expect(epochs.hasMoved(['mine'], since)).toBe(true);
    expect(epochs.hasMoved(['mine'], later)).toBe(true);
    expect(epochs.hasMoved(['mine'], epochs.now())).toBe(false);
  });

  test('tells what moved, at the moment it moves', () => {
    const epochs = createEpochs();
    const told: unknown[] = [];
    epochs.onMove((tags) => told.push(tags));
    epochs.move(['a', 'b']);
    epochs.move([]);
    epochs.moveAll();
    expect(told).toEqual([['a', 'b'], null]);
  });
});
