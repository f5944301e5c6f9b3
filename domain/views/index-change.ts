/** Which lists a change of a view can touch: told with the change, so that whoever keeps lists drops those and no others. */
import type { IndexEntry } from './index-entry.ts';

/** Between two states of one view. Every view also stands in the list without facets, which is the facet ''. */
export interface IndexChange {
  /** Facets that held before and still do. */
  readonly kept: readonly string[];
  readonly left: readonly string[];
  readonly joined: readonly string[];
  /** Orders in which it stands elsewhere now, or for the first time, or no more. */
  readonly moved: readonly string[];
}

/** What of a list decides whether a change can touch it. */
export interface ListShape {
  readonly order: string;
  readonly facets: readonly string[];
  /** True where more than facets decides who is in it: conditions on fields, words. */
  readonly isNarrowed: boolean;
}

export const ALL_FACET = '';

/** Null: the view is in no list. */
export function indexChange(before: IndexEntry | null, after: IndexEntry | null): IndexChange {
  const [were, are] = [new Set(facetsOf(before)), new Set(facetsOf(after))];
  const orders = new Set([...Object.keys(before?.sorts ?? {}), ...Object.keys(after?.sorts ?? {})]);
  return {
    kept: [...were].filter((facet) => are.has(facet)),
    left: [...were].filter((facet) => !are.has(facet)),
    joined: [...are].filter((facet) => !were.has(facet)),
    moved: [...orders].filter((order) => before?.sorts[order] !== after?.sorts[order]),
  };
}

const facetsOf = (entry: IndexEntry | null): readonly string[] => (entry === null ? [] : [ALL_FACET, ...entry.facets]);

/** True where the list's page may be another one after the change; what stands in the views themselves is not asked here. */
export function canTouch({ kept, left, joined, moved }: IndexChange, { order, facets, isNarrowed }: ListShape): boolean {
  const needed = facets.length === 0 ? [ALL_FACET] : facets;
  const wasIn = needed.every((facet) => kept.includes(facet) || left.includes(facet));
  const isIn = needed.every((facet) => kept.includes(facet) || joined.includes(facet));
  if (!wasIn && !isIn) return false;
  return isNarrowed || wasIn !== isIn || moved.includes(order);
}
