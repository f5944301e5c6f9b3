import { expect, test } from 'vitest';
import { inOneGo } from '../../../platform/cache/in-one-go.ts';

test('is looked at once until something else can happen, and then anew', async () => {
  let looks = 0;
  const look = inOneGo(() => (looks += 1));
  expect([look(), look(), look()]).toEqual([1, 1, 1]);
  await Promise.resolve();
  expect([look(), look()]).toEqual([2, 2]);
});

test('what cannot be seen is looked for again', () => {
  let looks = 0;
  const look = inOneGo(() => {
    looks += 1;
    if (looks === 1) throw new Error('not now');
    return looks;
  });
  expect(look).toThrow('not now');
  expect(look()).toBe(2);
});
