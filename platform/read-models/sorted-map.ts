/** Sorted maps in memory: B+ trees, whose cost stays flat where a sorted array's grows with its length. */
import btree from 'sorted-btree';
import { compareText, isOrderedByUnits } from './index-text.ts';

// The package is CommonJS with a default export inside, which some loaders (vitest's) unwrap and Node does not.
const BTree = typeof btree === 'function' ? btree : btree.default;

export interface SortedMap<K, V> {
  readonly size: number;
  set(key: K, value: V): void;
  delete(key: K): void;
  first(): K | undefined;
  /** Pairs from `low` (inclusive; absent: the first) upwards. */
  from(low?: K): Iterable<readonly [K, V]>;
  /** Pairs below `high` (exclusive; absent: from the last) downwards. */
  below(high?: K): Iterable<readonly [K, V]>;
}

export function createSortedMap<K, V>(compare: (a: K, b: K) => number): SortedMap<K, V> {
  const tree = new BTree<K, V>(undefined, compare, 64);
  return {
    get size() {
      return tree.size;
    },
    set: (key, value) => void tree.set(key, value),
    delete: (key) => void tree.delete(key),
    first: () => tree.minKey(),
    from: (low) => tree.entries(low),
    below: (high) => tree.entriesReversed(high, undefined, true),
  };
}

const compareUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * A sorted map by text, by code points. While all its keys are below U+D800, UTF-16 units give the same order and the engine's own
 * comparison does, which is twice as fast; the first other key switches, and the order so far stays right.
 */
export function createSortedByText<V>(): SortedMap<string, V> {
  let compare = compareUnits;
  const map = createSortedMap<string, V>((a, b) => compare(a, b));
  return {
    ...map,
    get size() {
      return map.size;
    },
    set(key, value) {
      if (!isOrderedByUnits(key)) compare = compareText;
      map.set(key, value);
    },
  };
}
