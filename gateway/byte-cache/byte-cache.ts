/** L0: finished answers as bytes, each as good as the views and lists that it was made of (platform/cache/fenced-cache.ts). Edge safe. */
import type { Sharing } from '../cdn/shared-caches.ts';
import { createFencedCache, type FencedCacheFacts, type FencedCacheOptions, type Made } from '../../platform/cache/fenced-cache.ts';

export interface Kept {
  readonly contentType: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same as text where every character is one byte: servers send such text together with its head. */
  readonly ascii: string | null;
  /** Null: it is personal, and nobody's on the way. */
  readonly sharing: Sharing | null;
}

export interface ByteCache {
  find(key: string): Kept | undefined;
  /** Whether `find` would find it, which then knows nothing of the question. */
  has(key: string): boolean;
  /** Takes the answer in; null where a change came in between, or where it was too old from the start. */
  keep(key: string, answer: Kept, made: Made): Kept | null;
  facts(): FencedCacheFacts;
}

export function createByteCache(options: FencedCacheOptions<Kept>): ByteCache {
  const cache = createFencedCache<Kept>(options);
  return {
    find(key) {
      const known = cache.find(key)?.value;
      if (known?.sharing) known.sharing.goodAt = options.epochs.now();
      return known;
    },
    has: (key) => cache.has(key),
    keep(key, answer, made) {
      // As text, too, and about half as much again for its shorter forms.
      const bytes = answer.bytes.length * (answer.ascii === null ? 1.5 : 2.5);
      return cache.keep(key, answer, bytes, made) ? answer : null;
    },
    facts: () => cache.facts(),
  };
}

const encoder = new TextEncoder();

/** A finished answer. `sharing`: where caches on the way may hold it. */
export function answerOf(text: string, contentType: string, sharing: Sharing | null = null): Kept {
  const bytes = encoder.encode(text);
  return { contentType, bytes, ascii: bytes.length === text.length ? text : null, sharing };
}
