/**
 * Tags of views as the same text each time. A text that was just put together has to be hashed before anything can be found by it: that was a fifth
 * of a list of 20 out of memory. Edge safe.
 */
import { isId, type IdKind, type TenantId } from '../../domain/ids.ts';
import type { ViewKind, ViewRef } from '../read-models/read-models.ts';

export const viewTag = ({ tenant, kind, id }: ViewRef): string => `view|${tenant}|${kind}|${id}`;

/** The view of the tenant that the tag stands for; null where it stands for something else. */
export function refOfTag(tenant: TenantId, tag: string): ViewRef | null {
  const prefix = `view|${tenant}|`;
  const cut = tag.indexOf('|', prefix.length);
  if (!tag.startsWith(prefix) || cut < 0) return null;
  return { tenant, kind: tag.slice(prefix.length, cut) as ViewKind, id: tag.slice(cut + 1) };
}

/** Null for what cannot be an id of the kind: nothing is remembered of it. */
export type TagOf = (id: string) => string | null;

/** Of one kind of one tenant. Beyond this many it begins anew. */
const KNOWN_MAX = 20_000;
const SHELVES_MAX = 1_000;

/** For all views of a kind of a tenant. */
export function createViewTags(): (tenant: TenantId, kind: IdKind) => TagOf {
  const shelves = new Map<string, TagOf>();
  return (tenant, kind) => {
    const name = `${tenant}|${kind}`;
    const known = shelves.get(name) ?? createShelf(tenant, kind);
    if (shelves.size >= SHELVES_MAX) shelves.clear();
    shelves.set(name, known);
    return known;
  };
}

function createShelf(tenant: TenantId, kind: IdKind): TagOf {
  const known = new Map<string, string>();
  return (id) => {
    const tag = known.get(id);
    if (tag !== undefined) return tag;
    if (!isId(kind, id)) return null;
    if (known.size >= KNOWN_MAX) known.clear();
    const made = viewTag({ tenant, kind, id });
    known.set(id, made);
    return made;
  };
}
