/** How lists find a view. Made by the pure functions beside this file, kept by the read models. */
export interface IndexEntry {
  /** Equality filters that hold for it: `tier:HOT`, `stage:NEW`, `tag:vip`. Every view also stands in the list without facets. */
  readonly facets: readonly string[];
  /** Sort keys by order name; plain text that sorts as text (numbers padded, times ISO). */
  readonly sorts: Readonly<Record<string, string>>;
  /** What range conditions look at. */
  readonly fields: Readonly<Record<string, number | string>>;
  /** Case-folded words for text search. */
  readonly words: readonly string[];
}
