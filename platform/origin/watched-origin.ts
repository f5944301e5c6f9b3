/** An origin whose requests are counted, and refused at once while none succeeds (platform/resilience/watched-port.ts). */
import { nullsIn, watchPort, type WatchedPort } from '../resilience/watched-port.ts';
import { OriginUnavailableError } from './post.ts';
import type { Origin } from './origin.ts';

export function watchOrigin(origin: Origin): { readonly origin: Origin; readonly port: WatchedPort } {
  const port = watchPort({ refused: () => new OriginUnavailableError('the origin did not answer a moment ago') });
  return {
    port,
    origin: {
      views: (refs) => port.ask({ keys: refs.length, send: () => origin.views(refs), missed: (views) => nullsIn(views) }),
      receipt: (tenant, id) => port.ask({ send: () => origin.receipt(tenant, id) }),
      deadLetters: (query) => port.ask({ send: () => origin.deadLetters(query) }),
      deadLetter: (tenant, id) => port.ask({ send: () => origin.deadLetter(tenant, id) }),
    },
  };
}
