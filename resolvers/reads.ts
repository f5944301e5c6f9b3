/** What one answer is made of, noted while it is made: whoever keeps the answer knows by that when it is worth nothing any more. */
import type { TenantId } from '../domain/ids.ts';
import type { Changes } from '../platform/cache/changes.ts';
import type { Epoch } from '../platform/cache/epochs.ts';
import type { ListQuery, ViewKind } from '../platform/read-models/read-models.ts';

/** Notes come before the read itself: a change that is heard meanwhile must find its tag. */
export interface Reads {
  view(kind: ViewKind, id: string): void;
  /** Behind the read: the view came in this version. */
  found(kind: ViewKind, id: string, version: number): void;
  list(query: ListQuery): void;
  /** The answer holds until that moment at most, milliseconds since 1970. */
  until(ms: number): void;
  /** It holds for nobody else: it depends on the clock, on the person who asks, or on something whose changes nobody tells of. */
  never(): void;
}

/** A Reads that can be asked what it noted. */
export interface NotedReads extends Reads {
  /** From before the first read. */
  readonly since: Epoch;
  readonly tags: ReadonlySet<string>;
  readonly untilMs: number;
  readonly isKeepable: boolean;
}

export function createReads(changes: Changes, tenant: TenantId): NotedReads {
  const tags = new Set<string>();
  const since = changes.epochs.now();
  let untilMs = Infinity;
  let isKeepable = true;
  return {
    since,
    tags,
    get untilMs() {
      return untilMs;
    },
    get isKeepable() {
      return isKeepable;
    },
    view: (kind, id) => void tags.add(changes.tagOfView({ tenant, kind, id })),
    found(kind, id, version) {
      if (!changes.saw({ tenant, kind, id }, version)) isKeepable = false;
    },
    list: (query) => void tags.add(changes.tagOfList(query)),
    until: (ms) => void (untilMs = Math.min(untilMs, ms)),
    never: () => void (isKeepable = false),
  };
}
