/**
 * L1: views and list pages in this process's memory, behind the same fences as kept answers: each is dropped by the change that it can tell of.
 * A page holds ids, not views: it outlives the changes of its members that do not move them. Edge safe.
 */
import type { IdKind, TenantId } from '../../domain/ids.ts';
import type { ListQuery, ViewRef } from '../read-models/read-models.ts';
import type { Changes } from './changes.ts';
import { dueOf, GRACE_MS, type Due } from './early-refresh.ts';
import { createFencedCache, type FencedCacheFacts, type Found, type Held } from './fenced-cache.ts';
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
  /** Of the views, in their order. */
  readonly versions: readonly number[];
  readonly tags: readonly string[];
  /** The page and its views hold until then at most. */
  readonly untilMs: number;
  /** When the oldest of them was read. */
  readonly readAtMs: number;
  readonly tookMs: number;
}

/** The moment before a read. */
export interface ReadStart {
  readonly epoch: Epoch;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

/** A page as it was read. */
export interface ReadPage {
  readonly query: ListQuery;
  /** Of the list, from before the read. */
  readonly tag: string;
  readonly since: ReadStart;
  readonly page: NearPage;
  /** Of the views' JSON texts together. */
  readonly textLength: number;
}

export interface NearFacts extends FencedCacheFacts {
  readonly hits: number;
  readonly missed: number;
  /** Views and pages that were given out although they may be old: nothing better could be read. */
  readonly stale: number;
}

export interface NearViews {
  /** For what the read brings. */
  now(): ReadStart;
  /** The newest version of the view that this gateway knows of, here or not; 0 where it knows of none. */
  versionOf(ref: ViewRef): number;
  /** Tags of the views of a kind. */
  tagsOf(tenant: TenantId, kind: IdKind): TagOf;
  /** Undefined where nothing is known of it here. A moment beyond its end it is still given out: `due` says so. */
  view(tag: string): Found<NearView> | undefined;
  /** The view where just that version of it is here: nobody has to make it of its text once more. */
  sameView(ref: ViewRef, version: number): object | undefined;
  /** Undefined where the page, or one of its views, is not here. `key`: `pageName` of tenant, list and place in it. As `view` for its end. */
  page(key: string): WholePage | undefined;
  /** Whether it should be read anew by now. */
  due(found: Pick<Found<unknown>, 'untilMs' | 'tookMs'>): Due;
  /** Reading it anew failed: it ends when it ends. `names`: tags of views, keys of pages. */
  withoutGrace(names: readonly string[]): void;
  /**
   * What was read within the time that copies are held on, for those who can get nothing better. It is to be named as old, and held against
   * the versions that were shown since; nobody may keep it, nor what is made of it.
   */
  heldView(tag: string): Held<NearView> | undefined;
  /** As `heldView`: with the members that it had, or that it has where it still is as it was. Undefined where one of them is not here any more. */
  heldPage(key: string): WholePage | undefined;
  /** What was held was given out. */
  gaveHeld(): void;
  /** `since`: from before the read. `textLength`: of its JSON text. */
  keepView(ref: ViewRef, found: NearView, textLength: number, since: ReadStart): void;
  /** The list's tag, known from then on: to be asked for before the read. */
  tagOfList(query: ListQuery): string;
  /**
   * False where nobody keeps what is made of it: a later edition of the page is here already. Or this is the later one, and shows others than the one
   * that is here: that is news of the list, which moves.
   */
  keepPage(key: string, read: ReadPage): boolean;
  facts(): NearFacts;
}

export interface NearViewsOptions {
  readonly changes: Changes;
  /** LiveFeed.isTrusted: while changes may go unheard nothing is taken from here. */
  readonly isTrusted: () => boolean;
  readonly nowMs: () => number;
  /** 100 MB if absent; 0: nothing is kept. */
  readonly bytesMax?: number | undefined;
  /** How long after its read something is held on for those who can get nothing better; 0: not at all; ten minutes if absent. */
  readonly holdMs?: number | undefined;
}

/** A view as an object to the JSON text that it was, in bytes a character: 1.7 for leads with their matches. */
const OBJECT_BYTES = 2;
const ITEM_BYTES = 200;
const HOLD_MS = 600_000;

export function createNearViews({ changes, nowMs, bytesMax, holdMs = HOLD_MS, ...options }: NearViewsOptions): NearViews {
  const { epochs } = changes;
  const isTrusted = bytesMax === 0 ? () => false : options.isTrusted;
  const cache = createFencedCache<NearView | PageEntry>({
    epochs,
    nowMs,
    bytesMax: bytesMax === 0 ? undefined : bytesMax,
    holdMs,
    // A view that changed is older than what was told: nobody may be shown it, and of an erased one nothing may stay. Of a page only its order is old.
    holdsMoved: (value) => 'tags' in value,
  });
  const counts = { hits: 0, missed: 0, stale: 0 };
  const counted = <T>(found: T | undefined): T | undefined => {
    if (found === undefined) counts.missed += 1;
    else counts.hits += 1;
    return found;
  };
  const find = (key: string): Found<NearView | PageEntry> | undefined => (isTrusted() ? cache.find(key, GRACE_MS) : undefined);
  const keep = (key: string, tag: string, value: NearView | PageEntry, bytes: number, since: ReadStart): void => {
    if (isTrusted()) cache.keep(key, value, bytes, { tags: new Set([tag]), since: since.epoch, readAtMs: since.atMs, untilMs: Infinity });
  };
  /** Pages with their views: while nothing has changed at all, neither have these. No view outlives its erasure in here. */
  let wholes = new WeakMap<PageEntry, WholePage>();
  epochs.onMove(() => void (wholes = new WeakMap()));
  const wholeOf = (found: Found<PageEntry>): WholePage | undefined => {
    const known = wholes.get(found.value);
    if (known !== undefined && known.untilMs > nowMs()) return known;
    const whole = compose(found, (tag) => cache.find(tag, GRACE_MS) as Found<NearView> | undefined);
    if (whole !== undefined) wholes.set(found.value, whole);
    return whole;
  };
  return {
    now: () => ({ epoch: epochs.now(), atMs: nowMs() }),
    versionOf: (ref) => changes.versionOf(ref),
    tagsOf: createViewTags(),
    view: (tag) => counted(find(tag) as Found<NearView> | undefined),
    sameView(ref, version) {
      const known = find(viewTag(ref)) as Found<NearView> | undefined;
      return known?.value.version === version ? known.value.view : undefined;
    },
    page(key) {
      const entry = find(key) as Found<PageEntry> | undefined;
      return counted(entry && wholeOf(entry));
    },
    due: (found) => dueOf(found, nowMs()),
    withoutGrace: (names) => names.forEach((name) => cache.withoutGrace(name)),
    heldView: (tag) => cache.findHeld(tag) as Held<NearView> | undefined,
    heldPage(key) {
      const held = cache.findHeld(key) as Held<PageEntry> | undefined;
      if (held === undefined) return undefined;
      // A view that was read behind the list's change may be on no such list any more.
      return compose(held, (tag) => {
        const view = cache.findHeld(tag) as Held<NearView> | undefined;
        return view !== undefined && view.since < held.movedAt ? view : undefined;
      });
    },
    gaveHeld: () => void (counts.stale += 1),
    keepView(ref, found, textLength, since) {
      const tag = viewTag(ref);
      keep(tag, tag, found, textLength * OBJECT_BYTES, since);
    },
    tagOfList: (query) => changes.tagOfList(query),
    keepPage(key, { query, tag, since, page, textLength }) {
      const { tenant, kind } = query;
      const tags = page.items.map(({ id }) => viewTag({ tenant, kind, id }));
      const known = cache.find(key)?.value as PageEntry | undefined;
      if (isLater(known?.page.edition, page.edition)) return false;
      if (isLater(page.edition, known?.page.edition) && known?.tags.join() !== tags.join()) {
        epochs.move([tag]);
        return false;
      }
      // A page holds on to its views, whether or not they are kept by themselves.
      const bytes = tags.length * ITEM_BYTES + textLength * OBJECT_BYTES;
      keep(key, tag, { page, tags }, bytes, since);
      return true;
    },
    facts: () => ({ ...cache.facts(), ...counts }),
  };
}

interface PageEntry {
  readonly page: NearPage;
  readonly tags: readonly string[];
}

/** Of two editions of one generation (redis-scripts/list-edition.ts): reads overtake each other. False where that cannot be said. */
function isLater(one: string | undefined, other: string | undefined): boolean {
  const [generation, number] = one?.split('.') ?? [];
  const [otherGeneration, otherNumber] = other?.split('.') ?? [];
  return generation === otherGeneration && Number(number) > Number(otherNumber);
}

/** A page's key: no view's tag. */
export const pageName = (place: string): string => `page|${place}`;

function compose({ value: { page, tags }, ...entry }: Found<PageEntry>, viewOf: (tag: string) => Found<NearView> | undefined): WholePage | undefined {
  const found: Found<NearView>[] = [];
  for (const tag of tags) {
    const known = viewOf(tag);
    if (known === undefined) return undefined;
    found.push(known);
  }
  return {
    page,
    tags,
    views: found.map(({ value }) => value.view),
    versions: found.map(({ value }) => value.version),
    untilMs: Math.min(entry.untilMs, ...found.map((one) => one.untilMs)),
    readAtMs: Math.min(entry.readAtMs, ...found.map((one) => one.readAtMs)),
    tookMs: entry.tookMs,
  };
}
