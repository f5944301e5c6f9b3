/**
 * What is kept is worth something only while none of its tags has moved: a change drops it, and what was made while one of its tags moved is not
 * taken in (epochs.ts). Bound by bytes, least recently used first. Edge safe.
 */
import { LRUCache } from 'lru-cache';
import type { Epoch, Epochs } from './epochs.ts';

/** What a value was made of. */
export interface Made {
  readonly tags: ReadonlySet<string>;
  /** From before the first read. */
  readonly since: Epoch;
  /** It holds until then at most, milliseconds since 1970; Infinity: until something of it changes. */
  readonly untilMs: number;
}

/** Since the start, but for what is in it now. */
export interface FencedCacheFacts {
  readonly entries: number;
  readonly bytes: number;
  /** Not taken in: a change came while it was made. */
  readonly refused: number;
  /** Dropped because of a change. */
  readonly dropped: number;
  readonly evicted: number;
}

export interface Found<Value> {
  readonly value: Value;
  /** It is not given out any more from then on, whatever is heard of it: who makes something of it holds to that. */
  readonly untilMs: number;
}

export interface FencedCache<Value extends object> {
  find(key: string): Found<Value> | undefined;
  /** Takes the value in. False where a change came in between, where its time is over, or where it is larger than all there is room for. */
  keep(key: string, value: Value, bytes: number, made: Made): boolean;
  facts(): FencedCacheFacts;
}

export interface FencedCacheOptions {
  readonly epochs: Epochs;
  readonly nowMs: () => number;
  /** Values, keys and what they are found by; 100 MB if absent. */
  readonly bytesMax?: number | undefined;
}

interface Entry<Value> extends Found<Value> {
  readonly tags: ReadonlySet<string>;
  readonly bytes: number;
}

/** Changes end what is kept; this is for those that nobody told of. Less or more by a tenth, so that not all of it ends at once. */
const KEPT_MS = 300_000;
const BYTES_MAX = 100 * 1024 * 1024;
/** A tag in an index, an entry in the order of use: about. */
const TAG_BYTES = 100;
const ENTRY_BYTES = 300;

export function createFencedCache<Value extends object>({ epochs, nowMs, bytesMax = BYTES_MAX }: FencedCacheOptions): FencedCache<Value> {
  /** But for tags that are their entry's own key: those find it without help. */
  const byTag = new Map<string, Set<string>>();
  const counts = { refused: 0, dropped: 0, evicted: 0 };
  const entries = new LRUCache<string, Entry<Value>>({
    maxSize: bytesMax,
    sizeCalculation: ({ bytes }) => bytes,
    dispose: ({ tags }, key, reason) => {
      if (reason === 'evict') counts.evicted += 1;
      for (const tag of tags) unfile(tag, key);
    },
  });

  const unfile = (tag: string, key: string): void => {
    const keys = byTag.get(tag);
    keys?.delete(key);
    if (keys?.size === 0) byTag.delete(tag);
  };
  const file = (tag: string, key: string): void => {
    if (tag === key) return;
    const keys = byTag.get(tag);
    if (keys === undefined) byTag.set(tag, new Set([key]));
    else keys.add(key);
  };
  const drop = (tag: string): void => {
    entries.delete(tag);
    for (const key of byTag.get(tag) ?? []) entries.delete(key);
  };
  epochs.onMove((tags) => {
    const before = entries.size;
    if (tags === null) entries.clear();
    else tags.forEach(drop);
    counts.dropped += before - entries.size;
  });

  return {
    find(key) {
      const entry = entries.get(key);
      return entry !== undefined && entry.untilMs > nowMs() ? entry : undefined;
    },
    keep(key, value, valueBytes, { tags, since, ...made }) {
      const untilMs = Math.min(made.untilMs, nowMs() + KEPT_MS * (0.9 + Math.random() / 5));
      // With nothing to wait for between the question and its consequence.
      if (epochs.hasMoved(tags, since) || untilMs <= nowMs()) {
        counts.refused += 1;
        return false;
      }
      const bytes = Math.ceil(valueBytes) + key.length * 2 + tags.size * TAG_BYTES + ENTRY_BYTES;
      entries.set(key, { value, tags, untilMs, bytes });
      if (entries.peek(key)?.value !== value) return false;
      for (const tag of tags) file(tag, key);
      return true;
    },
    facts: () => ({ entries: entries.size, bytes: entries.calculatedSize, ...counts }),
  };
}
