/**
 * What is kept is worth something only while none of its tags has moved: a change drops it, and what was made while one of its tags moved is not
 * taken in (epochs.ts). What a change or the time has ended may be held on, known to be old, for those who can get nothing better (docs/adr/0025).
 * Bound by bytes, least recently used first. Edge safe.
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
  /** When the read began, milliseconds since 1970; now if absent. */
  readonly readAtMs?: number | undefined;
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
  /** When its read began, milliseconds since 1970, and how long that took. */
  readonly readAtMs: number;
  readonly tookMs: number;
}

/** What is held on although it may be old. */
export interface Held<Value> extends Found<Value> {
  /** From before its read. */
  readonly since: Epoch;
  /** When one of its tags moved; Infinity: nothing that it is made of is known to have changed. */
  readonly movedAt: Epoch;
}

export interface FencedCache<Value extends object> {
  /** `graceMs`: also for so long beyond its end, while nothing was heard of it. */
  find(key: string, graceMs?: number): Found<Value> | undefined;
  /** Whether `find` would find it; no use of it. */
  has(key: string): boolean;
  /** What was read within `holdMs`, whether or not it is old by now: to be named so. */
  findHeld(key: string): Held<Value> | undefined;
  /** From its end on it is not given out, whatever grace is asked for: reading it anew failed. */
  withoutGrace(key: string): void;
  /** Takes the value in. False where a change came in between, where its time is over, or where it is larger than all there is room for. */
  keep(key: string, value: Value, bytes: number, made: Made): boolean;
  facts(): FencedCacheFacts;
}

export interface FencedCacheOptions<Value> {
  readonly epochs: Epochs;
  readonly nowMs: () => number;
  /** Values, keys and what they are found by, held ones included; 100 MB if absent. */
  readonly bytesMax?: number | undefined;
  /** How long after its read something is held on; 0 if absent: nothing is. */
  readonly holdMs?: number | undefined;
  /** True for what is held on although it is known to have changed; false for all if absent. */
  readonly holdsMoved?: ((value: Value) => boolean) | undefined;
}

interface Entry<Value> extends Held<Value> {
  readonly tags: ReadonlySet<string>;
  readonly bytes: number;
  movedAt: Epoch;
  hasGrace: boolean;
}

/** Changes end what is kept; this is for those that nobody told of. Less or more by a tenth, so that not all of it ends at once. */
const KEPT_MS = 300_000;
const BYTES_MAX = 100 * 1024 * 1024;
/** A tag in an index, an entry in the order of use: about. */
const TAG_BYTES = 100;
const ENTRY_BYTES = 360;

const holdsNothing = (): boolean => false;

export function createFencedCache<Value extends object>(options: FencedCacheOptions<Value>): FencedCache<Value> {
  const { epochs, nowMs, bytesMax = BYTES_MAX, holdMs = 0 } = options;
  const holdsMoved = holdMs > 0 ? (options.holdsMoved ?? holdsNothing) : holdsNothing;
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
  const end = (key: string): void => {
    const entry = entries.peek(key);
    if (entry === undefined || entry.movedAt !== Infinity) return;
    counts.dropped += 1;
    if (!holdsMoved(entry.value)) return void entries.delete(key);
    entry.movedAt = epochs.now();
    for (const tag of entry.tags) unfile(tag, key);
  };
  epochs.onMove((tags) => {
    if (tags === null) {
      // What happened meanwhile nobody knows, an erasure perhaps: nothing is held on.
      counts.dropped += entries.size;
      return entries.clear();
    }
    for (const tag of tags) {
      end(tag);
      for (const key of byTag.get(tag) ?? []) end(key);
    }
  });

  const ifGood = (entry: Entry<Value> | undefined, graceMs: number): Entry<Value> | undefined => {
    if (entry === undefined || entry.movedAt !== Infinity) return undefined;
    return entry.untilMs + (entry.hasGrace ? graceMs : 0) > nowMs() ? entry : undefined;
  };

  return {
    find: (key, graceMs = 0) => ifGood(entries.get(key), graceMs),
    has: (key) => ifGood(entries.peek(key), 0) !== undefined,
    findHeld(key) {
      const entry = entries.get(key);
      return entry !== undefined && entry.readAtMs + holdMs > nowMs() ? entry : undefined;
    },
    withoutGrace(key) {
      const entry = entries.peek(key);
      if (entry !== undefined) entry.hasGrace = false;
    },
    keep(key, value, valueBytes, { tags, since, ...made }) {
      const keptAtMs = nowMs();
      const untilMs = Math.min(made.untilMs, keptAtMs + KEPT_MS * (0.9 + Math.random() / 5));
      // With nothing to wait for between the question and its consequence.
      if (epochs.hasMoved(tags, since) || untilMs <= keptAtMs) {
        counts.refused += 1;
        return false;
      }
      const bytes = Math.ceil(valueBytes) + key.length * 2 + tags.size * TAG_BYTES + ENTRY_BYTES;
      const readAtMs = made.readAtMs ?? keptAtMs;
      entries.set(key, { value, tags, untilMs, readAtMs, tookMs: keptAtMs - readAtMs, since, movedAt: Infinity, hasGrace: true, bytes });
      if (entries.peek(key)?.value !== value) return false;
      for (const tag of tags) file(tag, key);
      return true;
    },
    facts: () => ({ entries: entries.size, bytes: entries.calculatedSize, ...counts }),
  };
}
