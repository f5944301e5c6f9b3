/** Answers that are there at once where they can be: a promise for each view in memory would cost more than the view. */
export type MaybePromise<T> = T | Promise<T>;

export const andThen = <T, R>(value: MaybePromise<T>, use: (value: T) => MaybePromise<R>): MaybePromise<R> =>
  value instanceof Promise ? value.then(use) : use(value);
