/**
 * Equal views that are asked for at one moment are computed once for all who ask: in a gateway before its question leaves, and in the origin for all
 * gateways. Who joins may get what was computed a moment before it asked; readers hold that against what they have shown or were promised already.
 * Edge safe.
 */
import type { TenantId } from '../../domain/ids.ts';
import type { ViewPut } from '../read-models/read-models.ts';
import type { Origin } from './origin.ts';

interface Ref {
  readonly tenant: TenantId;
  readonly kind: string;
  readonly id: string;
}
const keyOf = ({ tenant, kind, id }: Ref): string => `${tenant}|${kind}|${id}`;

/** Answers that are on their way, by what they are of. */
export type Flights<Answer> = Map<string, Promise<Answer | null>>;

/** In the order of `refs`. `ask` is asked, once, for those that nobody has asked for yet; null for what it does not answer. */
export function joinEqual<R extends Ref, Answer>(
  flights: Flights<Answer>,
  refs: readonly R[],
  ask: (fresh: readonly R[]) => Promise<readonly (Answer | null)[]>,
): Promise<(Answer | null)[]> {
  const fresh = [...new Map(refs.filter((ref) => !flights.has(keyOf(ref))).map((ref) => [keyOf(ref), ref])).values()];
  if (fresh.length > 0) launch(flights, fresh, ask(fresh));
  return Promise.all(refs.map((ref) => Promise.resolve(flights.get(keyOf(ref)) ?? null)));
}

function launch<Answer>(flights: Flights<Answer>, refs: readonly Ref[], batch: Promise<readonly (Answer | null)[]>): void {
  refs.forEach((ref, at) => {
    const key = keyOf(ref);
    const flight = batch.then((answers) => answers[at] ?? null).finally(() => void flights.delete(key));
    // Told to those who wait for it; there may be none any more.
    flight.catch(() => undefined);
    flights.set(key, flight);
  });
}

export function inOneFlight(origin: Origin): Origin {
  const flights: Flights<ViewPut> = new Map();
  return { ...origin, views: (refs) => joinEqual(flights, refs, (fresh) => origin.views(fresh)) };
}
