/** Things of several tenants, cut into parts of one tenant (and one sort) each: a script runs in the cluster slot of one tenant. */
import type { TenantId } from '../../domain/ids.ts';

export interface TenantPart<T> {
  readonly tenant: TenantId;
  /** What `isApart` says of all its items. */
  readonly apart: boolean;
  readonly items: readonly T[];
  /** Where each item stands in the whole. */
  readonly places: readonly number[];
}

interface Part<T> extends TenantPart<T> {
  readonly items: T[];
  readonly places: number[];
}

const nameOf = (tenant: TenantId, apart: boolean): string => `${tenant}\0${apart}`;

/** In the order given; at most `sizeMax` items a part. */
export function byTenant<T extends { readonly tenant: TenantId }>(
  all: readonly T[],
  sizeMax: number,
  isApart: (item: T) => boolean = () => false,
): TenantPart<T>[] {
  const parts: TenantPart<T>[] = [];
  const open = new Map<string, Part<T>>();
  let last: Part<T> | undefined;
  all.forEach((item, place) => {
    const apart = isApart(item);
    // Most are of the same one as those before them: no name of it has to be made to find it.
    let part = last?.tenant === item.tenant && last.apart === apart ? last : open.get(nameOf(item.tenant, apart));
    if (!part || part.items.length >= sizeMax) {
      part = { tenant: item.tenant, apart, items: [], places: [] };
      open.set(nameOf(item.tenant, apart), part);
      parts.push(part);
    }
    part.items.push(item);
    part.places.push(place);
    last = part;
  });
  return parts;
}

/** The parts' answers, each as long as its part, in the order of the whole. */
export function rejoin<T, R>(parts: readonly TenantPart<T>[], answers: readonly (readonly R[])[]): R[] {
  const whole: R[] = [];
  parts.forEach(({ places }, at) => answers[at]?.forEach((answer, index) => (whole[places[index] ?? 0] = answer)));
  return whole;
}
