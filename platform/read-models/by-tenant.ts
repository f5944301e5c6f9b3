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

/** In the order given; at most `sizeMax` items a part. */
export function byTenant<T extends { readonly tenant: TenantId }>(
  all: readonly T[],
  sizeMax: number,
  isApart: (item: T) => boolean = () => false,
): TenantPart<T>[] {
  const parts: TenantPart<T>[] = [];
  const open = new Map<string, { tenant: TenantId; apart: boolean; items: T[]; places: number[] }>();
  for (const [place, item] of all.entries()) {
    const apart = isApart(item);
    const key = `${item.tenant}\0${apart}`;
    let part = open.get(key);
    if (!part || part.items.length >= sizeMax) {
      part = { tenant: item.tenant, apart, items: [], places: [] };
      open.set(key, part);
      parts.push(part);
    }
    part.items.push(item);
    part.places.push(place);
  }
  return parts;
}

/** The parts' answers, each as long as its part, in the order of the whole. */
export function rejoin<T, R>(parts: readonly TenantPart<T>[], answers: readonly (readonly R[])[]): R[] {
  const placed = parts.flatMap((part, at) => (answers[at] ?? []).map((answer, index) => [part.places[index] ?? 0, answer] as const));
  return placed.sort((a, b) => a[0] - b[0]).map(([, answer]) => answer);
}
