/**
 * L0: finished answers as bytes. What is kept is worth something only while none of its tags has moved: a change drops it, and an answer that was made
 * while one of its tags moved is not taken in (platform/cache/epochs.ts). Bound by bytes, least recently used first. Edge safe.
 */
import { LRUCache } from 'lru-cache';
import type { Epochs } from '../../platform/cache/epochs.ts';
import type { NotedReads } from '../../resolvers/reads.ts';

export interface Kept {
  readonly contentType: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same as text where every character is one byte: servers send such text together with its head. */
  readonly ascii: string | null;
  readonly untilMs: number;
}

export interface ByteCacheFacts {
  readonly entries: number;
  readonly bytes: number;
  /** Not taken in: a change came while the answer was made. */
  readonly refused: number;
  /** Dropped because of a change. */
  readonly dropped: number;
  readonly evicted: number;
}

export interface ByteCache {
  find(key: string): Kept | undefined;
  /** Takes the answer in; null where a change came in between, or where it was too old from the start. */
  keep(key: string, answer: Pick<Kept, 'contentType' | 'bytes'>, reads: NotedReads): Kept | null;
  facts(): ByteCacheFacts;
}

export interface ByteCacheOptions {
  readonly epochs: Epochs;
  readonly nowMs: () => number;
  /** Answers, keys and what they are found by; 100 MB if absent. */
  readonly bytesMax?: number | undefined;
}

interface Entry {
  readonly kept: Kept;
  readonly tags: ReadonlySet<string>;
}

/** Changes end what is kept; this is for those that nobody told of. Less or more by a tenth, so that not all of it ends at once. */
const KEPT_MS = 300_000;
const BYTES_MAX = 100 * 1024 * 1024;
/** A tag in an index, an entry in the order of use: about. */
const TAG_BYTES = 100;
const ENTRY_BYTES = 400;

export function createByteCache({ epochs, nowMs, bytesMax = BYTES_MAX }: ByteCacheOptions): ByteCache {
  const byTag = new Map<string, Set<string>>();
  const counts = { refused: 0, dropped: 0, evicted: 0 };
  const entries = new LRUCache<string, Entry>({
    maxSize: bytesMax,
    sizeCalculation: ({ kept, tags }, key) => kept.bytes.length * (kept.ascii === null ? 1 : 2) + key.length * 2 + tags.size * TAG_BYTES + ENTRY_BYTES,
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
  epochs.onMove((tags) => {
    const before = entries.size;
    if (tags === null) entries.clear();
    else for (const tag of tags) for (const key of byTag.get(tag) ?? []) entries.delete(key);
    counts.dropped += before - entries.size;
  });

  return {
    find(key) {
      const entry = entries.get(key);
      return entry !== undefined && entry.kept.untilMs > nowMs() ? entry.kept : undefined;
    },
    keep(key, { contentType, bytes }, { tags, since, ...reads }) {
      const untilMs = Math.min(reads.untilMs, nowMs() + KEPT_MS * (0.9 + Math.random() / 5));
      // With nothing to wait for between the question and its consequence.
      if (epochs.hasMoved(tags, since) || untilMs <= nowMs()) {
        counts.refused += 1;
        return null;
      }
      const kept: Kept = { contentType, bytes, ascii: asciiOf(bytes), untilMs };
      entries.set(key, { kept, tags });
      // Larger than all there is room for.
      if (entries.peek(key)?.kept !== kept) return null;
      for (const tag of tags) byTag.set(tag, (byTag.get(tag) ?? new Set()).add(key));
      return kept;
    },
    facts: () => ({ entries: entries.size, bytes: entries.calculatedSize, ...counts }),
  };
}

const decoder = new TextDecoder();

function asciiOf(bytes: Uint8Array): string | null {
  return bytes.every((byte) => byte < 0x80) ? decoder.decode(bytes) : null;
}
