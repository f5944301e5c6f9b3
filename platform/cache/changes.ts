/** What this process hears of changes, as tags that move: the live bus is followed from the first question on. Edge safe. */
import { LRUCache } from 'lru-cache';
import type { TenantId } from '../../domain/ids.ts';
import type { Delivered } from '../live-bus/live-bus.ts';
import type { ListQuery, ViewRef } from '../read-models/read-models.ts';
import { atMost } from './at-most.ts';
import { createEpochs, type Epochs } from './epochs.ts';
import { createListTags } from './list-tags.ts';
import { totalsTag, viewTag } from './view-tags.ts';

export interface Changes {
  readonly epochs: Epochs;
  tagOfView(ref: ViewRef): string;
  tagOfList(query: ListQuery): string;
  /** A message of the live bus: moves what it can have touched. */
  heard(message: Delivered): void;
  /**
   * The view was read, or somebody was told of it, in this version. Where it is news, the read models are ahead of the live bus (its message is on its
   * way, or whoever had to send it died): what was kept of older versions must not be shown behind it. Which lists the change touched is not known.
   * False where a newer version is known: what was read is old by now and must not be kept.
   */
  saw(ref: ViewRef, version: number): boolean;
  /** The view was looked for, and there was none: the first version that is seen of it is news. False where a version is known. */
  sawNone(ref: ViewRef): boolean;
  /** Somebody was told that the view has this version since a moment ago: news, unless lists were moved for that version. That it was read is not enough. */
  changed(ref: ViewRef, version: number): void;
  /** The newest version that is known; 0 where none is. */
  versionOf(ref: ViewRef): number;
  /** Messages of the tenant were lost. */
  missed(tenant: TenantId): void;
}

export interface ChangesOptions {
  readonly movesMax?: number | undefined;
  readonly listsMax?: number | undefined;
  /** Views whose newest known version is remembered; 50,000 if absent. */
  readonly versionsMax?: number | undefined;
}

/** Of one view: the newest version that is known, and that up to which the lists were moved that it may stand in. */
interface Known {
  readonly version: number;
  readonly moved: number;
}

const NONE: Known = { version: 0, moved: 0 };
const VERSIONS_MAX = 50_000;
/** Ids that were asked for and are nowhere. Apart from the versions: whoever makes ids up pushes only such ids out. */
const ABSENT_MAX = 10_000;

export function createChanges(options: ChangesOptions = {}): Changes {
  const epochs = createEpochs(options);
  const lists = createListTags({ listsMax: options.listsMax, onForgotten: (tag) => epochs.move([tag]) });
  const versions = new LRUCache<string, Known>({
    ...atMost(options.versionsMax ?? VERSIONS_MAX),
    // Nobody would notice a newer version any more.
    dispose: (_known, tag, reason) => {
      if (reason === 'evict') epochs.move([tag]);
    },
  });
  const absent = new LRUCache<string, true>({
    ...atMost(ABSENT_MAX),
    dispose: (_true, tag, reason) => {
      if (reason === 'evict') epochs.move([tag]);
    },
  });
  const knownOf = (tag: string): Known | undefined => versions.get(tag) ?? (absent.has(tag) ? NONE : undefined);
  /** What is known by now; `moved`: up to which version lists are moved. */
  const note = (tag: string, { version, moved }: Known): void => {
    const known = versions.get(tag) ?? NONE;
    absent.delete(tag);
    if (version > known.version || moved > known.moved) versions.set(tag, { version: Math.max(version, known.version), moved: Math.max(moved, known.moved) });
  };
  const moveAllOf = (ref: ViewRef): void => epochs.move([viewTag(ref), totalsTag(ref.tenant, ref.kind), ...lists.touchedBy(ref.tenant, ref.kind, undefined)]);
  return {
    epochs,
    tagOfView: viewTag,
    tagOfList: (query) => lists.tagOf(query),
    heard({ tenant, kind, id, version, lists: touched }) {
      if (kind === 'views') return epochs.moveAll();
      // A receipt is in no list, and nobody keeps receipts; a board is as old as the leads that it is made of.
      if (kind === 'command' || kind === 'board') return;
      const tag = viewTag({ tenant, kind, id });
      note(tag, { version, moved: version });
      epochs.move([tag, totalsTag(tenant, kind), ...lists.touchedBy(tenant, kind, touched)]);
    },
    saw(ref, version) {
      const tag = viewTag(ref);
      const known = knownOf(tag);
      const isNews = known !== undefined && known.version < version;
      // Seen for the first time: whether lists are as new nobody knows.
      note(tag, { version, moved: isNews ? version : 0 });
      if (isNews) moveAllOf(ref);
      return version >= (known?.version ?? 0);
    },
    sawNone(ref) {
      const tag = viewTag(ref);
      if (versions.has(tag)) return false;
      absent.set(tag, true);
      return true;
    },
    changed(ref, version) {
      const tag = viewTag(ref);
      if ((versions.get(tag)?.moved ?? 0) >= version) return;
      note(tag, { version, moved: version });
      moveAllOf(ref);
    },
    versionOf: (ref) => versions.get(viewTag(ref))?.version ?? 0,
    // Rare, and which of its views changed is not known: others lose a little with it.
    missed: () => epochs.moveAll(),
  };
}
