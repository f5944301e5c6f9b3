/** Resolvers that few questions need: loaded with the first that does, or by a process that has the time before. At the edge most processes end before it comes. */
import type * as resolvers from '../resolvers/seldom.ts';

let loaded: typeof resolvers | undefined;

/** Rejects where they cannot be loaded: the next question tries again. */
export async function loadSeldom(): Promise<typeof resolvers> {
  loaded = await import('../resolvers/seldom.ts');
  return loaded;
}

export const seldom = (): typeof resolvers | Promise<typeof resolvers> => loaded ?? loadSeldom();
