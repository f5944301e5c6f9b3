/** Bounds of a cache that grows as it is filled: with lru-cache's own `max` it would make room for all of its entries at once, at the start of the process. */
export const atMost = (entriesMax: number) => ({ maxSize: entriesMax, sizeCalculation: () => 1 });
