/** The lists of one kind of view of one tenant, in memory: a B+ tree for each order and for each facet in each order. */
import type { IndexEntry } from '../../domain/views/index-entry.ts';
import { compareText, memberOf } from './index-text.ts';
import type { ListPlan } from './list-plan.ts';
import { fulfils, WORD_CANDIDATES_MAX } from './list-plan.ts';
import type { SortedMap } from './sorted-map.ts';
import { createSortedByText } from './sorted-map.ts';

/** What stands in the lists: one object for a view as long as it is kept, so that lists in which it did not move need no touch. */
export interface Listed {
  readonly id: string;
  index: IndexEntry | null;
}
interface Found<V> {
  readonly cursor: string;
  readonly view: V;
}

/** No facet: the list of all. */
const ALL = '';
const listName = (order: string, facet: string): string => `${order}\0${facet}`;
/** Texts that begin with `prefix` go up to here, exclusive. */
const prefixEnd = (prefix: string): string => `${prefix}\u{10FFFF}\u{10FFFF}`;

/** Where `index` stands and `other` does not: list name and sort key. */
function* placesOnlyIn(index: IndexEntry | null, other: IndexEntry | null): Generator<readonly [list: string, sortKey: string]> {
  if (!index) return;
  for (const [order, sortKey] of Object.entries(index.sorts)) {
    const moved = other?.sorts[order] !== sortKey;
    if (moved) yield [listName(order, ALL), sortKey];
    for (const facet of index.facets) if (moved || !other?.facets.includes(facet)) yield [listName(order, facet), sortKey];
  }
}
const wordsOnlyIn = (index: IndexEntry | null, other: IndexEntry | null): string[] => index?.words.filter((word) => !other?.words.includes(word)) ?? [];

export function createMemoryLists<V extends Listed>() {
  const lists = new Map<string, SortedMap<string, V>>();
  const wordList = createSortedByText<V>();
  const none = createSortedByText<V>();

  const listFor = (name: string): SortedMap<string, V> => {
    const list = lists.get(name) ?? createSortedByText<V>();
    lists.set(name, list);
    return list;
  };
  const remove = (name: string, member: string): void => {
    const list = lists.get(name);
    list?.delete(member);
    if (list?.size === 0) lists.delete(name);
  };

  function* inOrder({ order, facets, direction, low, high }: ListPlan): Generator<readonly [cursor: string, view: V]> {
    const candidates = facets.length > 0 ? facets : [ALL];
    const sized = candidates.map((facet) => lists.get(listName(order, facet)) ?? none);
    const smallest = sized.reduce((best, list) => (list.size < best.size ? list : best));
    const ascending = direction === 'ASC';
    for (const pair of ascending ? smallest.from(low) : smallest.below(high)) {
      if (ascending ? high !== undefined && compareText(pair[0], high) >= 0 : compareText(pair[0], low) < 0) return;
      yield pair;
    }
  }

  /** Views with a word that begins with one of the prefixes; null where every prefix has too many. */
  const byWord = (prefixes: readonly string[]): Set<V> | null => {
    for (const prefix of [...prefixes].sort((a, b) => b.length - a.length)) {
      const found = new Set<V>();
      const end = prefixEnd(prefix);
      for (const [text, view] of wordList.from(prefix)) {
        if (compareText(text, end) >= 0 || found.size > WORD_CANDIDATES_MAX) break;
        found.add(view);
      }
      if (found.size <= WORD_CANDIDATES_MAX) return found;
    }
    return null;
  };

  const sorted = (views: Iterable<V>, { order, direction, low, high }: ListPlan): (readonly [cursor: string, view: V])[] => {
    const pairs: (readonly [string, V])[] = [];
    for (const view of views) {
      const sortKey = view.index?.sorts[order];
      if (sortKey === undefined) continue;
      const cursor = memberOf(sortKey, view.id);
      if (compareText(cursor, low) >= 0 && (high === undefined || compareText(cursor, high) < 0)) pairs.push([cursor, view]);
    }
    return pairs.sort(direction === 'ASC' ? (a, b) => compareText(a[0], b[0]) : (a, b) => compareText(b[0], a[0]));
  };

  return {
    /** Gives a view another index; touches only the lists that change. */
    move(view: V, after: IndexEntry | null): void {
      const { id, index: before } = view;
      for (const [list, sortKey] of placesOnlyIn(before, after)) remove(list, memberOf(sortKey, id));
      for (const [list, sortKey] of placesOnlyIn(after, before)) listFor(list).set(memberOf(sortKey, id), view);
      for (const word of wordsOnlyIn(before, after)) wordList.delete(memberOf(word, id));
      for (const word of wordsOnlyIn(after, before)) wordList.set(memberOf(word, id), view);
      view.index = after;
    },
    /** Views that fulfil the plan, in its order; one more than `first` where there are more. */
    find(plan: ListPlan): Found<V>[] {
      const views = plan.words.length > 0 ? byWord(plan.words) : null;
      const found: Found<V>[] = [];
      for (const [cursor, view] of views ? sorted(views, plan) : inOrder(plan)) {
        if (view.index && fulfils(view.index, plan)) found.push({ cursor, view });
        if (found.length > plan.first) break;
      }
      return found;
    },
  };
}
