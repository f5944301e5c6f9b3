/** The lists that somebody in this process reads or keeps, so that a change moves those that it can touch and no others. Edge safe. */
import { LRUCache } from 'lru-cache';
import { atMost } from './at-most.ts';
import type { TenantId } from '../../domain/ids.ts';
import { ALL_FACET, canTouch, type IndexChange, type ListShape } from '../../domain/views/index-change.ts';
import type { ListQuery, ViewKind } from '../read-models/read-models.ts';

export interface ListTags {
  /** The list's tag, from now on one of those that `touchedBy` answers. All pages of a list share it. */
  tagOf(query: ListQuery): string;
  /** Tags of the tenant's lists of that kind which the change can touch; all of them where `change` is absent. */
  touchedBy(tenant: TenantId, kind: ViewKind, change: IndexChange | undefined): string[];
}

export interface ListTagsOptions {
  /** Lists that are known at a time; 5,000 if absent. */
  readonly listsMax?: number | undefined;
  /** Called with the tag of a list that is known no more: changes will not be told of it, so nothing of it may be kept. */
  readonly onForgotten: (tag: string) => void;
}

interface KnownList extends ListShape {
  readonly tag: string;
  readonly place: string;
}

const LISTS_MAX = 5_000;
const placeOf = (tenant: TenantId, kind: ViewKind, facet: string): string => `${tenant}|${kind}|${facet}`;

export function createListTags({ listsMax = LISTS_MAX, onForgotten }: ListTagsOptions): ListTags {
  /** By tenant, kind and the first of its facets: a change that does not know that facet cannot touch the list. */
  const byPlace = new Map<string, Map<string, KnownList>>();
  /** By tenant and kind. */
  const all = new Map<string, Set<string>>();
  const lists = new LRUCache<string, KnownList>({
    ...atMost(listsMax),
    dispose: (list, tag, reason) => {
      if (reason !== 'evict') return;
      remove(list);
      onForgotten(tag);
    },
  });

  const remove = ({ place, tag }: KnownList): void => {
    const kindPlace = place.slice(0, place.indexOf('|', place.indexOf('|') + 1));
    all.get(kindPlace)?.delete(tag);
    const there = byPlace.get(place);
    there?.delete(tag);
    if (there?.size === 0) byPlace.delete(place);
  };
  const add = (query: ListQuery, tag: string): void => {
    const { tenant, kind, order, facets } = query;
    const place = placeOf(tenant, kind, facets[0] ?? ALL_FACET);
    const list: KnownList = { tag, place, order, facets, isNarrowed: isNarrowed(query) };
    lists.set(tag, list);
    byPlace.set(place, (byPlace.get(place) ?? new Map<string, KnownList>()).set(tag, list));
    const ofKind = `${tenant}|${kind}`;
    all.set(ofKind, (all.get(ofKind) ?? new Set()).add(tag));
  };

  return {
    tagOf(query) {
      const tag = tagText(query);
      // Asking keeps it: what is read most is forgotten last.
      if (lists.get(tag) === undefined) add(query, tag);
      return tag;
    },
    touchedBy(tenant, kind, change) {
      if (change === undefined) return [...(all.get(`${tenant}|${kind}`) ?? [])];
      const touched: string[] = [];
      for (const facets of [change.kept, change.left, change.joined]) {
        for (const facet of facets) {
          for (const list of byPlace.get(placeOf(tenant, kind, facet))?.values() ?? []) if (canTouch(change, list)) touched.push(list.tag);
        }
      }
      return touched;
    },
  };
}

const isNarrowed = ({ where, words, sortFrom, sortTo }: ListQuery): boolean =>
  where.length > 0 || words.length > 0 || sortFrom !== undefined || sortTo !== undefined;

/** Conditions and words only narrow a list: all that narrow the same one share its tag. */
const tagText = (query: ListQuery): string => {
  const { tenant, kind, order, facets } = query;
  return `list|${tenant}|${kind}|${order}|${isNarrowed(query) ? 'narrowed' : 'whole'}|${JSON.stringify(facets)}`;
};
