/** Tags of answers that a cache on the way may hold, so that it is told of their changes, and of no others. Edge safe. */
import { LRUCache } from 'lru-cache';
import type { Epochs } from '../../platform/cache/epochs.ts';
import { kindTagOf, type NamedTag } from './cache-tags.ts';
import type { Forgotten } from './waiting-tags.ts';

export interface HandedOut {
  /** From now on their changes are told. */
  note(tags: readonly NamedTag[]): void;
  /** Everything that any cache may hold. */
  takeBackAll(): void;
}

export interface HandedOutOptions {
  readonly epochs: Epochs;
  readonly takeBack: (one: Forgotten) => void;
  /** 20,000 if absent. */
  readonly tagsMax?: number | undefined;
}

const TAGS_MAX = 20_000;

export function createHandedOut({ epochs, takeBack, tagsMax = TAGS_MAX }: HandedOutOptions): HandedOut {
  const told = ({ name, tenantName }: NamedTag): void => takeBack({ name, tenantName, isRepeat: false });
  const known = new LRUCache<string, NamedTag>({
    max: tagsMax,
    disposeAfter: (one, tag, reason) => {
      if (reason !== 'evict') return;
      // Nobody would be told of its changes any more; what is kept here of it would be handed out again.
      told(one);
      epochs.move([tag]);
    },
  });
  const changed = (tag: string): void => {
    const one = known.get(tag);
    if (one === undefined) return;
    known.delete(tag);
    told(one);
  };
  const takeBackAll = (): void => {
    const tenants = new Map([...known.values()].map((one) => [one.tenantName, one]));
    known.clear();
    for (const { tenantName } of tenants.values()) takeBack({ name: tenantName, tenantName, isRepeat: false });
  };
  epochs.onMove((tags) => {
    if (known.size === 0) return;
    if (tags === null) return takeBackAll();
    for (const tag of tags) {
      changed(tag);
      changed(kindTagOf(tag));
    }
  });
  return {
    note: (tags) => tags.forEach((one) => known.set(one.tag, one)),
    takeBackAll,
  };
}
