import { expect, test } from 'vitest';
import { createTextMemory } from '../../../gateway/compiled/texts.ts';

test('texts of views are remembered by selection, and those that nobody used are forgotten as new ones come', () => {
  const memory = createTextMemory(10_000);
  const [one, other] = [memory.shelf(), memory.shelf()];
  const [used, unused] = [{}, {}];
  one.keep(used, ['used']);
  one.keep(unused, ['unused']);
  expect(other.find(used)).toBeUndefined();
  // Three times what there is room for.
  for (let n = 0; n < 100; n += 1) {
    other.keep({}, ['x'.repeat(150)]);
    expect(one.find(used)).toEqual(['used']);
  }
  expect(one.find(unused)).toBeUndefined();
});
