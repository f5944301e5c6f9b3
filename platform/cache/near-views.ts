/**
 * L1: views and list pages in this process's memory, behind the same fences as kept answers: each is dropped by the change that it can tell of.
 * A page holds ids, not views: it outlives the changes of its members that do not move them. Edge safe.
 */
import type { TenantId } from '../../domain/ids.ts';
import type { ListQuery, ViewKind, ViewRef } from '../read-models/read-models.ts';
import type { Changes } from './changes.ts';
import { createFencedCache, type FencedCacheFacts, type Found } from './fenced-cache.ts';
import type { Epoch } from './epochs.ts';
import { createViewTags, viewTag, type TagOf } from './view-tags.ts';

/** Shared by all who read it: nobody may change it. */
export interface NearView {
  readonly version: number;
  readonly view: object;
}

export interface NearPage {
  readonly items: readonly { readonly id: string; readonly cursor: string }[];
  readonly endCursor: string | null;
  readonly hasNextPage: boolean;
  /** ListPage.edition. */
  readonly edition?: string | undefined;
}

/** A page with its views, as of one moment. */
export interface WholePage {
  readonly page: NearPage;
  /** In the order of the items. */
  readonly views: readonly object[];
  /** Of the views. */
  readonly tags: readonly string[];
  /** The page and its views hold until then at most. */
  readonly untilMs: number;
}

/** A page as it was read. */
export interface ReadPage {
  readonly query: ListQuery;
  /** Of the list, from before the read. */
  readonly tag: string;
  readonly since: Epoch;
  readonly page: NearPage;
  /** Of the views' JSON texts together. */
  readonly textLength: number;
}

export interface NearViews {
  /** The moment before a read, for what it brings. */
  now(): Epoch;
  /** The newest version of the view that this gateway knows of, here or not; 0 where it knows of none. */
  versionOf(ref: ViewRef): number;
  /** Tags of the views of a kind. */
  tagsOf(tenant: TenantId, kind: ViewKind): TagOf;
  /** Undefined where nothing is known of it here. */
  view(tag: string): Found<NearView> | undefined;
  /** Undefined where the page, or one of its views, is not here. `key`: one for each tenant, list and place in it. */
  page(key: string): WholePage | undefined;
  /** `since`: from before the read. `textLength`: of its JSON text. */
  keepView(ref: ViewRef, found: NearView, textLength: number, since: Epoch): void;
  /** The list's tag, known from then on: to be asked for before the read. */
  tagOfList(query: ListQuery): string;
  keepPage(key: string, read: ReadPage): void;
  facts(): FencedCacheFacts & { readonly hits: number; readonly missed: number };
}

export interface NearViewsOptions {
  readonly changes: Changes;
  /** LiveFeed.isTrusted: while changes may go unheard nothing is taken from here. */
  readonly isTrusted: () => boolean;
  readonly nowMs: () => number;
  /** 100 MB if absent; 0: nothing is kept. */
  readonly bytesMax?: number | undefined;
}

/** A view as an object to the JSON text that it was, in bytes a character: 1.7 for leads with their matches. */
const OBJECT_BYTES = 2;
const ITEM_BYTES = 200;

export function createNearViews({ changes, nowMs, bytesMax, ...options }: NearViewsOptions): NearViews {
  const isTrusted = bytesMax === 0 ? () => false : options.isTrusted;
  const cache = createFencedCache<NearView | PageEntry>({ epochs: changes.epochs, nowMs, bytesMax: bytesMax === 0 ? undefined : bytesMax });
  const counts = { hits: 0, missed: 0 };
  const counted = <T>(found: T | undefined): T | undefined => {
    if (found === undefined) counts.missed += 1;
    else counts.hits += 1;
    return found;
  };
  const find = (key: string): Found<NearView | PageEntry> | undefined => (isTrusted() ? cache.find(key) : undefined);
  const keep = (key: string, tag: string, value: NearView | PageEntry, bytes: number, since: Epoch): void => {
    if (isTrusted()) cache.keep(key, value, bytes, { tags: new Set([tag]), since, untilMs: Infinity });
  };
  const wholeOf = ({ value: entry, untilMs }: Found<PageEntry>): WholePage | undefined => {
    const now = changes.epochs.now();
    // While nothing has changed at all, its views have not either.
    if (entry.whole !== undefined && entry.wholeAt === now && entry.whole.untilMs > nowMs()) return entry.whole;
    const found: Found<NearView>[] = [];
    for (const tag of entry.tags) {
      const known = cache.find(tag) as Found<NearView> | undefined;
      if (known === undefined) return undefined;
      found.push(known);
    }
    const { page, tags } = entry;
    entry.whole = { page, tags, views: found.map(({ value }) => value.view), untilMs: Math.min(untilMs, ...found.map((one) => one.untilMs)) };
    entry.wholeAt = now;
    return entry.whole;
  };
  return {
    now: () => changes.epochs.now(),
    versionOf: (ref) => changes.versionOf(ref),
    tagsOf: createViewTags(),
    view: (tag) => counted(find(tag) as Found<NearView> | undefined),
    page(key) {
      const entry = find(`page|${key}`) as Found<PageEntry> | undefined;
      return counted(entry && wholeOf(entry));
    },
    keepView(ref, found, textLength, since) {
      const tag = viewTag(ref);
      keep(tag, tag, found, textLength * OBJECT_BYTES, since);
    },
    tagOfList: (query) => changes.tagOfList(query),
    keepPage(key, { query, tag, since, page, textLength }) {
      const { tenant, kind } = query;
      const tags = page.items.map(({ id }) => viewTag({ tenant, kind, id }));
      // A page holds on to its views, whether or not they are kept by themselves.
      const bytes = tags.length * ITEM_BYTES + textLength * OBJECT_BYTES;
      keep(`page|${key}`, tag, { page, tags }, bytes, since);
    },
    facts: () => ({ ...cache.facts(), ...counts }),
  };
}

interface PageEntry {
  readonly page: NearPage;
  readonly tags: readonly string[];
  whole?: WholePage;
  wholeAt?: Epoch;
}
