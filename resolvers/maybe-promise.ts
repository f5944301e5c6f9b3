/** Answers that are there at once where they can be: a promise for each view in memory would cost more than the view. */
export type MaybePromise<T> = T | Promise<T>;

export const andThen = <T, R>(value: MaybePromise<T>, use: (value: T) => MaybePromise<R>): MaybePromise<R> =>
  value instanceof Promise ? value.then(use) : use(value);

/** In the order of the values; at once where all of them are there. */
export const all = <T>(values: readonly MaybePromise<T>[]): MaybePromise<T[]> =>
  values.some((value) => value instanceof Promise) ? Promise.all(values) : (values as T[]);
