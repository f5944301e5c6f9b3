import { endable } from './endable.ts';

/** Longer waits overflow the timer and would fire at once; nobody stays connected for these 24 days. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** `source` for at most `delayMs`, then `last()` and the end. */
export function endAfter<T>(source: AsyncIterable<T>, delayMs: number, last: () => T): AsyncIterableIterator<T> {
  const { items, endWith } = endable(source, () => clearTimeout(timer));
  const timer = delayMs > TIMER_MS_MAX ? undefined : setTimeout(() => endWith(last()), Math.max(0, delayMs));
  return items;
}
