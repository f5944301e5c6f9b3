/**
 * Tags of views as the same text each time. A text that was just put together has to be hashed before anything can be found by it: that was a fifth
 * of a list of 20 out of memory. Edge safe.
 */
import { isId, type IdKind, type TenantId } from '../../domain/ids.ts';
import type { ViewKind, ViewRef } from '../read-models/read-models.ts';

export const viewTag = ({ tenant, kind, id }: ViewRef): string => `view|${tenant}|${kind}|${id}`;

/** Of all that is counted over the tenant's views of that kind: moves with each change of one of them, whatever lists it touches. */
export const totalsTag = (tenant: TenantId, kind: ViewKind): string => `totals|${tenant}|${kind}`;

/** The view of the tenant that the tag stands for; null where it stands for something else. */
export function refOfTag(tenant: TenantId, tag: string): ViewRef | null {
  const prefix = `view|${tenant}|`;
  const cut = tag.indexOf('|', prefix.length);
  if (!tag.startsWith(prefix) || cut < 0) return null;
  return { tenant, kind: tag.slice(prefix.length, cut) as ViewKind, id: tag.slice(cut + 1) };
}

/** Null for what cannot be an id of the kind: nothing is remembered of it. */
export type TagOf = (id: string) => string | null;

/** Of all brokerages and kinds together, some 260 bytes each. Beyond this many it begins anew. */
const KNOWN_MAX = 100_000;

/** For all views of a kind of a tenant. `knownMax`: texts that are remembered at a time; `make` makes one. */
export function createViewTags(knownMax = KNOWN_MAX, make = viewTag): (tenant: TenantId, kind: IdKind) => TagOf {
  const shelves = new Map<string, Map<string, string>>();
  let known = 0;
  const shelfOf = (name: string): Map<string, string> => {
    const shelf = shelves.get(name) ?? new Map<string, string>();
    shelves.set(name, shelf);
    return shelf;
  };
  return (tenant, kind) => {
    const name = `${tenant}|${kind}`;
    return (id) => {
      const tag = shelves.get(name)?.get(id);
      if (tag !== undefined) return tag;
      if (!isId(kind, id)) return null;
      if (known === knownMax) {
        shelves.clear();
        known = 0;
      }
      known += 1;
      const made = make({ tenant, kind, id });
      shelfOf(name).set(id, made);
      return made;
    };
  };
}
