/** What one answer is made of, noted while it is made: whoever keeps the answer knows by that when it is worth nothing any more. */
import type { TenantId } from '../domain/ids.ts';
import type { Changes } from '../platform/cache/changes.ts';
import type { Epoch } from '../platform/cache/epochs.ts';
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

/** Classes: an object literal with so many functions and getters took longer to make than most answers (7 µs). */
class UnnotedReads implements Reads {
  readonly age: AnswerAge = { takesStale: true, staleSinceMs: undefined };
  protected readonly changes: Changes;
  protected readonly tenant: TenantId;

  constructor(changes: Changes, tenant: TenantId) {
    this.changes = changes;
    this.tenant = tenant;
  }
  found(kind: ViewKind, id: string, version: number): boolean {
    return this.changes.saw({ tenant: this.tenant, kind, id }, version);
  }
  missing(kind: ViewKind, id: string): boolean {
    return this.changes.sawNone({ tenant: this.tenant, kind, id });
  }
  changed(kind: ViewKind, id: string, version: number): void {
    this.changes.changed({ tenant: this.tenant, kind, id }, version);
  }
  view(_kind: ViewKind, _id: string): void {}
  tag(_tag: string): void {}
  list(_query: ListQuery): void {}
  page(_query: ListQuery, _edition: string | undefined): void {}
  entries(_read: EntriesRead): void {}
  far(): void {}
  until(_ms: number): void {}
  never(): void {}
}

class Notes extends UnnotedReads implements NotedReads {
  readonly tags = new Set<string>();
  readonly since: Epoch;
  readonly versions = new Map<string, number>();
  readonly entriesRead: EntriesRead[] = [];
  untilMs = Infinity;
  pages: ListRead[] | null = [];
  farReads = 0;
  #isKeepable = true;

  constructor(changes: Changes, tenant: TenantId) {
    super(changes, tenant);
    this.since = changes.epochs.now();
  }
  get isKeepable(): boolean {
    return this.#isKeepable && this.age.staleSinceMs === undefined;
  }
  override view(kind: ViewKind, id: string): void {
    this.tags.add(this.#tagOf(kind, id));
  }
  override tag(tag: string): void {
    this.tags.add(tag);
  }
  override found(kind: ViewKind, id: string, version: number): boolean {
    const isNewest = super.found(kind, id, version);
    if (!isNewest) this.never();
    this.#cameIn(kind, id, version);
    return isNewest;
  }
  override missing(kind: ViewKind, id: string): boolean {
    const isStill = super.missing(kind, id);
    if (!isStill) this.never();
    this.#cameIn(kind, id, 0);
    return isStill;
  }
  override list(query: ListQuery): void {
    this.tags.add(this.changes.tagOfList(query));
  }
  override page(query: ListQuery, edition: string | undefined): void {
    if (edition === undefined) this.pages = null;
    else this.pages?.push({ query, edition });
  }
  override entries(read: EntriesRead): void {
    this.entriesRead.push(read);
  }
  override far(): void {
    this.farReads += 1;
  }
  override until(ms: number): void {
    this.untilMs = Math.min(this.untilMs, ms);
  }
  override never(): void {
    this.#isKeepable = false;
  }

  #tagOf(kind: ViewKind, id: string): string {
    return this.changes.tagOfView({ tenant: this.tenant, kind, id });
  }
  #cameIn(kind: ViewKind, id: string, version: number): void {
    const tag = this.#tagOf(kind, id);
    this.versions.set(tag, Math.min(version, this.versions.get(tag) ?? version));
  }
}

export const createReads = (changes: Changes, tenant: TenantId): NotedReads => new Notes(changes, tenant);

/** For answers that nobody keeps: what was found is news for other answers all the same. */
export const createUnnotedReads = (changes: Changes, tenant: TenantId): Reads => new UnnotedReads(changes, tenant);
