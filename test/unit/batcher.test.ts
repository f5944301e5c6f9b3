/** Group commit: which callers go together. */
import { expect, it } from 'vitest';
import { nextTurn } from '../../platform/log/next-turn.ts';
import { createBatcher } from '../../platform/log/table/batcher.ts';

/** Callers who ask again as soon as they are answered; answers with how many went in each of so many flushes. */
async function flushSizes({ inTurns, callers, flushes }: { inTurns: boolean; callers: number; flushes: number }): Promise<number[]> {
  const sizes: number[] = [];
  const batcher = createBatcher<number, number>({
    inTurns,
    sizeOf: () => 1,
    sizeMax: 1_000,
    async flush(items) {
      sizes.push(items.length);
      // As an answer of the database: all who can come meanwhile have come.
      await nextTurn();
      return items;
    },
    gather: nextTurn,
  });
  const caller = async (): Promise<void> => {
    while (sizes.length < flushes) await batcher.add(1);
  };
  const first = caller();
  await nextTurn();
  await Promise.all([first, ...Array.from({ length: callers - 1 }, caller)]);
  await batcher.idle();
  return sizes.slice(0, flushes);
}

it('takes everybody who waits', async () => {
  expect(await flushSizes({ inTurns: false, callers: 32, flushes: 5 })).toEqual([1, 32, 32, 32, 32]);
});

it('in turns, takes half of those who come and go, so that the others are heard meanwhile', async () => {
  expect(await flushSizes({ inTurns: true, callers: 32, flushes: 5 })).toEqual([1, 16, 16, 16, 16]);
});

it('in turns, takes whoever is alone', async () => {
  expect(await flushSizes({ inTurns: true, callers: 1, flushes: 3 })).toEqual([1, 1, 1]);
});
