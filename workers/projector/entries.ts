/** What a change adds to a lead's timeline and its scores. */
import { isLead } from '../../domain/aggregate.ts';
import type { Lead } from '../../domain/lead/lead.ts';
import type { RecordedEvent } from '../../domain/messages.ts';
import { scoreHistoryEntry } from '../../domain/views/score-history.ts';
import { timelineEntry } from '../../domain/views/timeline.ts';
import { streamKey, type EventStore } from '../../platform/event-store/event-store.ts';
import type { Entry, EntryRef, ReadModels } from '../../platform/read-models/read-models.ts';
import type { StreamChange } from './fold-batch.ts';
import { inRequests } from './in-requests.ts';

export type PlacedEntry = EntryRef & Entry;

/** The entries that these events make. */
export function entriesOf(lead: Lead, events: readonly RecordedEvent[]): PlacedEntry[] {
  const place = { tenant: lead.tenant, id: lead.id };
  return events.flatMap((recorded) => {
    const score = scoreHistoryEntry(recorded);
    return [
      { ...place, collection: 'timeline' as const, n: recorded.version, doc: JSON.stringify(timelineEntry(recorded)) },
      ...(score ? [{ ...place, collection: 'scores' as const, n: recorded.version, doc: JSON.stringify(score) }] : []),
    ];
  });
}

export async function appendEntries(readModels: ReadModels, entries: readonly PlacedEntry[]): Promise<void> {
  for (const request of inRequests(entries)) await readModels.append(request);
}

export const isErased = (change: Pick<StreamChange, 'after'>): boolean => isLead(change.after) && change.after.erasedAt !== undefined;

/**
 * Of an erased lead only the fact that it was erased stays. Call it when the erased view is stored, never before: whoever adds entries looks at the
 * view afterwards, so that of an older event and an erasure that race in two lanes one always finds the other.
 */
export async function eraseEntries(readModels: ReadModels, eventStore: EventStore, leads: readonly Lead[]): Promise<void> {
  if (leads.length === 0) return;
  await readModels.removeEntries(leads.flatMap(({ tenant, id }) => (['timeline', 'scores'] as const).map((collection) => ({ tenant, id, collection }))));
  // From the write model, as the batch need not hold the erasure itself.
  const refs = leads.map(({ tenant, id }) => ({ tenant, streamId: id }));
  const streams = await eventStore.loadStreams(refs);
  await appendEntries(
    readModels,
    leads.flatMap((lead) => {
      const events = streams.get(streamKey({ tenant: lead.tenant, streamId: lead.id })) ?? [];
      return entriesOf(
        lead,
        events.filter(({ event }) => event.type === 'LeadErased'),
      );
    }),
  );
}
