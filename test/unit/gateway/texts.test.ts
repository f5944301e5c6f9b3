import { expect, test } from 'vitest';
import { createTextMemory } from '../../../gateway/compiled/texts.ts';

test('texts of views are remembered by selection, and those that nobody used are forgotten as new ones come', () => {
  const memory = createTextMemory(10_000);
  const [one, other] = [memory.shelf(), memory.shelf()];
  const [used, unused] = [{}, {}];
  const keepTwice = (...about: Parameters<typeof one.keep>): void => (one.keep(...about), one.keep(...about));
  keepTwice(used, ['used']);
  keepTwice(unused, ['unused']);
  expect(other.find(used)).toBeUndefined();
  // Three times what there is room for.
  for (let n = 0; n < 100; n += 1) {
    const view = {};
    other.keep(view, ['x'.repeat(150)]);
    other.keep(view, ['x'.repeat(150)]);
    expect(one.find(used)).toEqual(['used']);
  }
  expect(one.find(unused)).toBeUndefined();
});

test('what is written for the first time is not remembered, however much else is, nor what comes again only after very much else', () => {
  const memory = createTextMemory();
  const [one, other] = [memory.shelf(), memory.shelf()];
  const view = {};
  one.keep(view, ['text']);
  other.keep(view, ['another']);
  expect([one.find(view), other.find(view)]).toEqual([undefined, undefined]);
  for (let n = 0; n < 200_000; n += 1) other.keep({}, ['x']);
  one.keep(view, ['text']);
  expect(one.find(view)).toBeUndefined();
  one.keep(view, ['text']);
  expect(one.find(view)).toEqual(['text']);
});
