import { describe, expect, test } from 'vitest';
import { compareCursors, cursorOf, streamIdOf } from '../../platform/live-bus/cursor.ts';

describe('cursors of the live bus', () => {
  test('come back as the stream id that they were made from', () => {
    for (const id of ['1700000000000-0', '1-0', '0-1', '99999999999999-1234567']) expect(streamIdOf(cursorOf(id))).toBe(id);
  });

  test('sort as text in the order of their streams', () => {
    const ids = ['9-5', '10-0', '10-2', '10-10', '1700000000000-9', '1700000000000-10', '1700000000001-0'];
    const cursors = ids.map(cursorOf);
    expect(cursors.toReversed().sort(compareCursors)).toEqual(cursors);
    expect(cursors.toReversed().sort()).toEqual(cursors);
    expect(compareCursors('', cursorOf('0-1'))).toBeLessThan(0);
  });

  test.each(['', '1700000000000-0', 'x', '+', '000001700000000-00000000000', ' 000001700000000-0000000000'])('%j is none of ours', (text) => {
    expect(streamIdOf(text)).toBeUndefined();
  });
});
