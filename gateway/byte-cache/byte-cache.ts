/** L0: finished answers as bytes, each as good as the views and lists that it was made of (platform/cache/fenced-cache.ts). Edge safe. */
import { createFencedCache, type FencedCacheFacts, type FencedCacheOptions, type Made } from '../../platform/cache/fenced-cache.ts';

export interface Kept {
  readonly contentType: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same as text where every character is one byte: servers send such text together with its head. */
  readonly ascii: string | null;
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
    find: (key) => cache.find(key)?.value,
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

/** A finished answer. */
export function answerOf(text: string, contentType: string): Kept {
  const bytes = encoder.encode(text);
  return { contentType, bytes, ascii: bytes.length === text.length ? text : null };
}
