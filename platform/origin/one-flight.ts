/**
 * Equal views that are asked for at one moment are computed once for all who ask: in a gateway before its question leaves, and in the origin for all
 * gateways. Who joins may get what was computed a moment before it asked; readers hold that against what they have shown or were promised already.
 * Edge safe.
 */
import type { ViewPut } from '../read-models/read-models.ts';
import type { Origin } from './origin.ts';

type Ref = Parameters<Origin['views']>[0][number];
const keyOf = ({ tenant, kind, id }: Ref): string => `${tenant}|${kind}|${id}`;

export function inOneFlight(origin: Origin): Origin {
  const flights = new Map<string, Promise<ViewPut | null>>();
  const launch = (refs: readonly Ref[]): void => {
    const batch = origin.views(refs);
    refs.forEach((ref, at) => {
      const key = keyOf(ref);
      const flight = batch.then((puts) => puts[at] ?? null).finally(() => void flights.delete(key));
      // Told to those who wait for it; there may be none any more.
      flight.catch(() => undefined);
      flights.set(key, flight);
    });
  };
  return {
    ...origin,
    async views(refs) {
      const fresh = new Map(refs.filter((ref) => !flights.has(keyOf(ref))).map((ref) => [keyOf(ref), ref]));
      if (fresh.size > 0) launch([...fresh.values()]);
      return Promise.all(refs.map((ref) => Promise.resolve(flights.get(keyOf(ref)) ?? null)));
    },
  };
}
