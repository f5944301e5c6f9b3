/**
 * The views that queries read: versioned JSON documents with list indexes, and append-only entries (timelines).
 * A view never goes back: a put with a version not above the stored one is refused.
 */
import type { TenantId } from '../../domain/ids.ts';
import type { IndexEntry } from '../../domain/views/index-entry.ts';

export type ViewKind = 'lead' | 'property' | 'agent' | 'command' | 'status' | 'webhook' | 'replay';
export interface ViewRef {
  readonly tenant: TenantId;
  readonly kind: ViewKind;
  readonly id: string;
}
export interface StoredView {
  readonly version: number;
  /** The document, JSON text. */
  readonly doc: string;
}
export interface ViewPut extends ViewRef, StoredView {
  /** How lists find it; null: in no list. */
  readonly index: IndexEntry | null;
  /** Seconds after which it goes away by itself; absent: kept. Only with `index: null`: nobody would take it out of its lists. */
  readonly ttlSeconds?: number | undefined;
}

export interface ListQuery {
  readonly tenant: TenantId;
  readonly kind: ViewKind;
  /** A name of IndexEntry.sorts. Views without that sort are not in the list. */
  readonly order: string;
  readonly direction: 'ASC' | 'DESC';
  /** All must hold. */
  readonly facets: readonly string[];
  /** Bounds on the order's own sort key, inclusive. */
  readonly sortFrom?: string | undefined;
  readonly sortTo?: string | undefined;
  /** Conditions on IndexEntry.fields; numbers compare as numbers, text as text. A missing field fails the condition. */
  readonly where: readonly { readonly field: string; readonly op: 'GTE' | 'LTE'; readonly value: number | string }[];
  /** Case-folded words; each must be the beginning of one of IndexEntry.words. */
  readonly words: readonly string[];
  /** 1 to 500. */
  readonly first: number;
  /** The cursor of the last item of the page before. */
  readonly after?: string | undefined;
}
export interface ListPage {
  readonly items: readonly (StoredView & { readonly id: string; readonly cursor: string })[];
  /** Where the search stopped: with hasNextPage, `after` for more, even if items is short. */
  readonly endCursor: string | null;
  readonly hasNextPage: boolean;
  /** Of all lists of that tenant and kind, as of the page: the same text means that none of them has moved in between. Undefined where that cannot be told. */
  readonly edition?: string | undefined;
}

/** Sums over a tenant's views of a kind, by name: of what their index entries add (IndexEntry.adds). */
export interface TotalsQuery {
  readonly tenant: TenantId;
  readonly kind: ViewKind;
  /** At most 2,000. */
  readonly names: readonly string[];
}
export const TOTALS_MAX = 2_000;

/** Entries of a lead beside its view: its timeline, its scores. Numbered by the event's version. */
export interface EntryRef {
  readonly tenant: TenantId;
  readonly collection: 'timeline' | 'scores';
  readonly id: string;
}
export interface Entry {
  readonly n: number;
  /** JSON text. */
  readonly doc: string;
}

export interface ReadModels {
  /**
   * Puts all, each only if its version is above the stored one. One request. Answers, in order, whether each was taken.
   * Throws a RangeError, and puts none, where one of them cannot be stored (list-plan.ts, checkPut).
   */
  put(views: readonly ViewPut[]): Promise<boolean[]>;
  /** Stores `view` where nothing is stored under its ref; answers what is stored after that. One request. */
  putIfAbsent(view: ViewPut): Promise<StoredView>;
  /** In the order of refs; null where there is none. One request. */
  get(refs: readonly ViewRef[]): Promise<(StoredView | null)[]>;
  /** One request. Throws a RangeError where `first` is out of bounds. */
  list(query: ListQuery): Promise<ListPage>;
  /** In the order of the names; 0 where nothing adds to it. Exactly what the stored views add: a total moves with its view, in one step. One request. Throws a RangeError for too many names. */
  totals(query: TotalsQuery): Promise<number[]>;
  /** Adds entries; the same `n` again replaces it. One request. */
  append(entries: readonly (EntryRef & Entry)[]): Promise<void>;
  /** Newest first, those below `before` (absent: all). One request. */
  entries(ref: EntryRef, page: { readonly first: number; readonly before?: number | undefined }): Promise<readonly Entry[]>;
  /** Removes all entries of a collection of one id (erasure). */
  removeEntries(refs: readonly EntryRef[]): Promise<void>;
  check(): Promise<void>;
  close(): Promise<void>;
}
/** Status documents of processes are no tenant's. */
export const SYSTEM_TENANT = '_system' as TenantId;

export class ReadModelsUnavailableError extends Error {
  override readonly name = 'ReadModelsUnavailableError';
}
