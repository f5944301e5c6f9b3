/**
 * Versions that this process served from the origin and could not put back: while the read models are away the origin answers with what is
 * newest, and once they are there again they may still have something older. No reader of this gateway is shown that (promise 6).
 */
import { LRUCache } from 'lru-cache';
import { atMost } from '../../platform/cache/at-most.ts';
import type { ReadModels, ViewRef } from '../../platform/read-models/read-models.ts';

/** Of a long outage the oldest are forgotten first; the projector has caught up with those soonest. */
const REMEMBERED_MAX = 50_000;

export interface ServedVersions {
  /** The version below which the view must not be shown; 0: any will do. */
  floorOf(ref: ViewRef): number;
  served(ref: ViewRef, version: number): void;
}

const keyOf = ({ tenant, kind, id }: ViewRef): string => `${tenant}:${kind}:${id}`;

function createServedVersions(): ServedVersions {
  const versions = new LRUCache<string, number>(atMost(REMEMBERED_MAX));
  return {
    floorOf: (ref) => versions.get(keyOf(ref)) ?? 0,
    served(ref, version) {
      if (version > (versions.peek(keyOf(ref)) ?? 0)) versions.set(keyOf(ref), version);
    },
  };
}

/** One memory for each set of read models: it must outlive the requests, and belongs to nothing else that does. */
const memories = new WeakMap<ReadModels, ServedVersions>();

export function servedVersionsOf(readModels: ReadModels): ServedVersions {
  const known = memories.get(readModels);
  if (known !== undefined) return known;
  const made = createServedVersions();
  memories.set(readModels, made);
  return made;
}
