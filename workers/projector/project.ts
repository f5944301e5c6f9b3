/** Events into views: the one way in, for live projection and for rebuilding. */
import { LRUCache } from 'lru-cache';
import { fold, isLead, type Aggregate } from '../../domain/aggregate.ts';
import type { Lead } from '../../domain/lead/lead.ts';
import type { RecordedEvent } from '../../domain/messages.ts';
import { streamKey, type EventStore } from '../../platform/event-store/event-store.ts';
import type { ReadModels, ViewPut } from '../../platform/read-models/read-models.ts';
import { appendEntries, eraseEntries, isErased } from './entries.ts';
import { foldBatch, type Folded, type StreamChange } from './fold-batch.ts';
import { inRequests } from './in-requests.ts';
import { show } from './show.ts';

/** States remembered between batches, and their text altogether: a lead has about 4,000 characters, a talkative one two million. */
const REMEMBERED_MAX = 20_000;
const REMEMBERED_CHARS_MAX = 40_000_000;

export interface Projection {
  /** Views and entries are stored once this resolves. Safe to repeat, in any order, and side by side with others. */
  project(events: readonly RecordedEvent[]): Promise<Folded>;
}

async function putAll(readModels: ReadModels, puts: readonly ViewPut[]): Promise<boolean[]> {
  const taken: boolean[] = [];
  for (const request of inRequests(puts)) taken.push(...(await readModels.put(request)));
  return taken;
}

/** Leads that were erased while their older events were on the way here: entries may have been added that nobody would remove any more. */
async function erasedMeanwhile(readModels: ReadModels, eventStore: EventStore, refused: readonly StreamChange[]): Promise<Lead[]> {
  const leads = refused.flatMap(({ after }) => (isLead(after) ? [after] : []));
  if (leads.length === 0) return [];
  const stored = await readModels.get(leads.map(({ tenant, id }) => ({ tenant, kind: 'lead', id })));
  // What refused the view stands in a generation that does not answer yet: the write model says it then.
  const hidden = leads.filter((_, at) => !stored[at]);
  const streams = hidden.length === 0 ? [] : (await eventStore.loadStreams(hidden.map(({ tenant, id }) => ({ tenant, streamId: id })))).values();
  const shown = stored.flatMap((view) => (view ? [JSON.parse(view.doc) as Lead] : []));
  const folded = [...streams].map((events) => fold(events)).flatMap((state) => (state && isLead(state) ? [state] : []));
  return [...shown, ...folded].filter(({ erasedAt }) => erasedAt !== undefined);
}

export function createProjection(readModels: ReadModels, eventStore: EventStore): Projection {
  const memory = new LRUCache<string, Aggregate>({ max: REMEMBERED_MAX, maxSize: REMEMBERED_CHARS_MAX });

  const remember = (after: Aggregate, size: number): void => {
    const key = streamKey({ tenant: after.tenant, streamId: after.id });
    // Another lane may have been faster.
    if ((memory.peek(key)?.version ?? 0) < after.version) memory.set(key, after, { size });
  };

  return {
    async project(events) {
      const { changes, failures, puts, entries } = show(await foldBatch(events, memory, readModels, eventStore));
      await appendEntries(readModels, entries);
      // The view comes after its entries: who sees its version finds them.
      const taken = await putAll(readModels, puts);
      const refused = changes.filter((change, index) => taken[index] === false && !isErased(change));
      const erased = changes.filter(isErased).flatMap(({ after }) => (isLead(after) ? [after] : []));
      await eraseEntries(readModels, eventStore, [...erased, ...(await erasedMeanwhile(readModels, eventStore, refused))]);
      changes.forEach(({ after }, index) => remember(after, puts[index]?.doc.length ?? 1));
      return { changes, failures };
    },
  };
}
