/** A stream seen through a function. Ending it ends the source at once, also while somebody waits for the next item. */
import { isApiError, unavailable, type ApiError } from '../errors.ts';

/** `map` answers null for what is not to be told; where it rejects, the error is told in its place and the stream goes on. */
export function mapStream<T, U>(source: AsyncIterableIterator<T>, map: (item: T) => Promise<U | null>): AsyncIterableIterator<U | ApiError> {
  const stream: AsyncIterableIterator<U | ApiError> = {
    async next() {
      for (;;) {
        const step = await source.next();
        if (step.done) return { done: true, value: undefined };
        const told = await map(step.value).catch((error: unknown) =>
          isApiError(error) ? error : unavailable('this change cannot be told at the moment', error),
        );
        if (told !== null) return { done: false, value: told };
      }
    },
    async return() {
      await source.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => stream,
  };
  return stream;
}
