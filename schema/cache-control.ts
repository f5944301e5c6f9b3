/**
 * How long a cache that many share (a CDN) may hold what is shown. What has no mark is personal and nobody's to hold: a forgotten mark costs speed,
 * never privacy. The strictest of all that a document selects holds for its answer (gateway/byte-cache/shared-seconds.ts). A field without a mark of
 * its own has that of its type, or, where it is a scalar, of the type that it stands in.
 */
export interface CacheMark {
  /** 0: not at all. */
  readonly sharedSeconds: number;
}

/** For the `extensions` of a type or a field that shows nothing about a person. */
export const notPersonal = (sharedSeconds: number): CacheMark => ({ sharedSeconds });

/** For a field about a person in a type that is not. */
export const PERSONAL: CacheMark = { sharedSeconds: 0 };

/** For a type that says nothing by itself: as personal as what it is a part of. */
export const PART: CacheMark = { sharedSeconds: Infinity };

/** The mark of a type or a field; undefined where it has none. */
export const sharedSecondsIn = ({ extensions }: { readonly extensions: Readonly<Record<string, unknown>> }): number | undefined =>
  extensions['sharedSeconds'] as number | undefined;
