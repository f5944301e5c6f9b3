/** What one answer is made of, noted while it is made: whoever keeps the answer knows by that when it is worth nothing any more. */
import type { TenantId } from '../domain/ids.ts';
import type { Changes } from '../platform/cache/changes.ts';
import type { Made } from '../platform/cache/fenced-cache.ts';
import type { EntriesRead, ListRead } from '../platform/cache/shared-answers.ts';
import type { ListQuery, ViewKind } from '../platform/read-models/read-models.ts';

/** Notes come before the read itself: a change that is heard meanwhile must find its tag. */
export interface Reads {
  view(kind: ViewKind, id: string): void;
  /** The same by its tag. */
  tag(tag: string): void;
  /** Behind the read: the view came in this version. False where a newer one is known: nobody keeps it. */
  found(kind: ViewKind, id: string, version: number): boolean;
  /** Behind the read: there is no such view. False where one is known. */
  missing(kind: ViewKind, id: string): boolean;
  /** Somebody was told that the view has this version now: a change, whether or not its announcement was heard. */
  changed(kind: ViewKind, id: string, version: number): void;
  list(query: ListQuery): void;
  /** Behind the read: a page of that list, as of that edition of its kind's lists (ListPage.edition). */
  page(query: ListQuery, edition: string | undefined): void;
  /** Behind the read: entries beside a view. */
  entries(read: EntriesRead): void;
  /** A request to the read models leaves for its sake. */
  far(): void;
  /** The answer holds until that moment at most, milliseconds since 1970. */
  until(ms: number): void;
  /** It holds for nobody else: it depends on the clock, on the person who asks, or on something whose changes nobody tells of. */
  never(): void;
  /** Whether what was read before may stand for what cannot be read, and whether it does. */
  readonly age: AnswerAge;
}

/** Plain and changed in place: there is one for each request. */
export interface AnswerAge {
  /** False: only what is newest will do. For subscriptions, which tell what is new, and for reads behind the answers. */
  takesStale: boolean;
  /** When the oldest of what may be old was read, milliseconds since 1970: the answer says so. Undefined where nothing may be. */
  staleSinceMs: number | undefined;
}

/** Something of the answer may be old. */
export function noteStale(reads: Pick<Reads, 'age' | 'never'>, readAtMs: number): void {
  reads.never();
  reads.age.staleSinceMs = Math.min(readAtMs, reads.age.staleSinceMs ?? readAtMs);
}

/** A Reads that can be asked what it noted. */
export interface NotedReads extends Reads, Made {
  readonly isKeepable: boolean;
  /** Views that were read for it, not found in memory, by their tag: their version, 0 where there was none. Of two the older one. */
  readonly versions: ReadonlyMap<string, number>;
  /** Null where one was read that cannot be told from a later one. */
  readonly pages: readonly ListRead[] | null;
  readonly entriesRead: readonly EntriesRead[];
  /** Requests to the read models that it took. */
  readonly farReads: number;
}

export function createReads(changes: Changes, tenant: TenantId): NotedReads {
  const tags = new Set<string>();
  const since = changes.epochs.now();
  let untilMs = Infinity;
  let isKeepable = true;
  const versions = new Map<string, number>();
  const cameIn = (kind: ViewKind, id: string, version: number): void => {
    const tag = changes.tagOfView({ tenant, kind, id });
    versions.set(tag, Math.min(version, versions.get(tag) ?? version));
  };
  let pages: ListRead[] | null = [];
  const entriesRead: EntriesRead[] = [];
  let farReads = 0;
  const unnoted = createUnnotedReads(changes, tenant);
  return {
    since,
    tags,
    get untilMs() {
      return untilMs;
    },
    get isKeepable() {
      return isKeepable && unnoted.age.staleSinceMs === undefined;
    },
    versions,
    get pages() {
      return pages;
    },
    entriesRead,
    get farReads() {
      return farReads;
    },
    view: (kind, id) => void tags.add(changes.tagOfView({ tenant, kind, id })),
    tag: (tag) => void tags.add(tag),
    found(kind, id, version) {
      const isNewest = unnoted.found(kind, id, version);
      if (!isNewest) isKeepable = false;
      cameIn(kind, id, version);
      return isNewest;
    },
    missing(kind, id) {
      const isStill = unnoted.missing(kind, id);
      if (!isStill) isKeepable = false;
      cameIn(kind, id, 0);
      return isStill;
    },
    changed: (kind, id, version) => unnoted.changed(kind, id, version),
    list: (query) => void tags.add(changes.tagOfList(query)),
    page(query, edition) {
      if (edition === undefined) pages = null;
      else pages?.push({ query, edition });
    },
    entries: (read) => void entriesRead.push(read),
    far: () => void (farReads += 1),
    until: (ms) => void (untilMs = Math.min(untilMs, ms)),
    never: () => void (isKeepable = false),
    age: unnoted.age,
  };
}

/** For answers that nobody keeps: what was found is news for other answers all the same. */
export function createUnnotedReads(changes: Changes, tenant: TenantId): Reads {
  return {
    view: () => undefined,
    tag: () => undefined,
    found: (kind, id, version) => changes.saw({ tenant, kind, id }, version),
    missing: (kind, id) => changes.sawNone({ tenant, kind, id }),
    changed: (kind, id, version) => changes.changed({ tenant, kind, id }, version),
    list: () => undefined,
    page: () => undefined,
    entries: () => undefined,
    far: () => undefined,
    until: () => undefined,
    never: () => undefined,
    age: { takesStale: true, staleSinceMs: undefined },
  };
}
