/** Events into views: the one way in, for live projection and for rebuilding. */
import { LRUCache } from 'lru-cache';
import type { Aggregate } from '../../domain/aggregate.ts';
import type { RecordedEvent } from '../../domain/messages.ts';
import { streamKey, type EventStore } from '../../platform/event-store/event-store.ts';
import type { ReadModels } from '../../platform/read-models/read-models.ts';
import { viewPut } from '../../platform/read-models/view-put.ts';
import { entryChanges } from './entries.ts';
import { foldBatch, type StreamChange } from './fold-batch.ts';

/** States remembered between batches; a lead's is about 4 KB. */
const REMEMBERED_MAX = 20_000;

export interface Projection {
  /** Views and entries are stored once this resolves. Safe to repeat, in any order. */
  project(events: readonly RecordedEvent[]): Promise<readonly StreamChange[]>;
  /** Call when what follows from the changes was told: from then on a repeat of these events is nothing new. */
  settled(changes: readonly StreamChange[]): void;
}

export function createProjection(readModels: ReadModels, eventStore: EventStore): Projection {
  const memory = new LRUCache<string, Aggregate>({ max: REMEMBERED_MAX });
  return {
    async project(events) {
      const changes = await foldBatch(events, memory, readModels, eventStore);
      const { remove, append } = entryChanges(changes);
      if (remove.length > 0) await readModels.removeEntries(remove);
      if (append.length > 0) await readModels.append(append);
      // The view comes last: who sees its version finds the entries that belong to it.
      await readModels.put(changes.map(({ after }) => viewPut(after)));
      return changes;
    },
    settled(changes) {
      for (const { after } of changes) {
        const key = streamKey({ tenant: after.tenant, streamId: after.id });
        // Another lane may have been faster.
        if ((memory.peek(key)?.version ?? 0) < after.version) memory.set(key, after);
      }
    },
  };
}
