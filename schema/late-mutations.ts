/** What only mutations need: loaded with the first that comes, or by a process that has the time before; there at once after that. */
import type * as mutations from '../resolvers/mutations.ts';

type Mutations = typeof mutations;

let loaded: Mutations | undefined;

/** Rejects where it cannot be loaded: the next one tries again. */
export async function loadMutations(): Promise<Mutations> {
  loaded = await import('../resolvers/mutations.ts');
  return loaded;
}

/** What `use` makes of it. */
export const withMutations = <T>(use: (mutations: Mutations) => Promise<T>): Promise<T> => (loaded === undefined ? loadMutations().then(use) : use(loaded));
