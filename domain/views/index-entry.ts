/** How lists find a view, and what it adds to totals. Made by the pure functions beside this file, kept by the read models. */
export interface IndexEntry {
  /** Equality filters that hold for it: `tier:HOT`, `stage:NEW`, `tag:vip`. Every view also stands in the list without facets. */
  readonly facets: readonly string[];
  /** Sort keys by order name; plain text that sorts as text (numbers padded, times ISO). */
  readonly sorts: Readonly<Record<string, string>>;
  /** What range conditions look at. */
  readonly fields: Readonly<Record<string, number | string>>;
  /** Case-folded words for text search. */
  readonly words: readonly string[];
  /** What it adds to its tenant's totals of its kind: whole numbers by name, none of them 0. Absent: nothing. */
  readonly adds?: Readonly<Record<string, number>> | undefined;
}
