/**
 * Fences between reads and changes. A change moves the tags that it touches; a read takes the time before it loads, and what it loaded is worth
 * keeping only if none of its tags has moved since. Which tags those are need not be known beforehand. Edge safe.
 */
import { LRUCache } from 'lru-cache';
import { atMost } from './at-most.ts';

/** A moment in the order of changes that this process heard of; no clock. */
export type Epoch = number;

export interface Epochs {
  now(): Epoch;
  /** Something that these tags stand for has changed. */
  move(tags: readonly string[]): void;
  /** Changes may have been missed: whatever was read before now is worth nothing. */
  moveAll(): void;
  /** True where one of the tags moved after that moment, or where that is not known any more. */
  hasMoved(tags: Iterable<string>, since: Epoch): boolean;
  /** Called with the tags of each move, null for all of them. */
  onMove(listener: (tags: readonly string[] | null) => void): void;
}

/** Moves that are remembered: more than happen while the slowest read is under way. */
const MOVES_MAX = 50_000;

export function createEpochs({ movesMax = MOVES_MAX }: { readonly movesMax?: number | undefined } = {}): Epochs {
  let now = 1;
  /** Of what was forgotten nobody knows whether it moved: reads from before count as too old. */
  let forgottenUpTo = 0;
  const listeners: ((tags: readonly string[] | null) => void)[] = [];
  const movedAt = new LRUCache<string, Epoch>({
    ...atMost(movesMax),
    dispose: (at, _tag, reason) => {
      if (reason === 'evict') forgottenUpTo = Math.max(forgottenUpTo, at);
    },
  });

  return {
    now: () => now,
    move(tags) {
      if (tags.length === 0) return;
      now += 1;
      for (const tag of tags) movedAt.set(tag, now);
      for (const listener of listeners) listener(tags);
    },
    moveAll() {
      now += 1;
      forgottenUpTo = now;
      movedAt.clear();
      for (const listener of listeners) listener(null);
    },
    hasMoved(tags, since) {
      if (since < forgottenUpTo) return true;
      for (const tag of tags) if ((movedAt.peek(tag) ?? 0) > since) return true;
      return false;
    },
    onMove: (listener) => void listeners.push(listener),
  };
}
