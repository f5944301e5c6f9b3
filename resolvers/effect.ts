/**
 * What a mutation does beside answering. An operation may be run twice for one request: compiled, and again by GraphQL where the first run met something
 * that only GraphQL can tell (gateway/compiled/). What has an effect then happens once, and both runs get what came of it.
 */
export interface Effect {
  run<T>(act: () => T): T;
}

/** For operations that are run once, whatever they hold. */
export const everyTime: Effect = { run: (act) => act() };

/** For operations with one effect. */
export function onlyOnce(): Effect {
  let outcome: { readonly value: unknown } | undefined;
  return { run: <T>(act: () => T): T => (outcome ??= { value: act() }).value as T };
}
