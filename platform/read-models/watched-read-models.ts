/** Read models whose reads are counted, and refused at once while none succeeds (platform/resilience/watched-port.ts). Writes pass. */
import { nullsIn, watchPort, type WatchedPort } from '../resilience/watched-port.ts';
import { ReadModelsUnavailableError, type ReadModels } from './read-models.ts';

export function watchReadModels(readModels: ReadModels): { readonly readModels: ReadModels; readonly port: WatchedPort } {
  const port = watchPort({ refused: () => new ReadModelsUnavailableError('the read models did not answer a moment ago') });
  return {
    port,
    readModels: {
      ...readModels,
      get: (refs) => port.ask({ keys: refs.length, send: () => readModels.get(refs), missed: (views) => nullsIn(views) }),
      list: (query) => port.ask({ send: () => readModels.list(query) }),
      totals: (query) => port.ask({ send: () => readModels.totals(query) }),
      entries: (ref, page) => port.ask({ send: () => readModels.entries(ref, page) }),
    },
  };
}
