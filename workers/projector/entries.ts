/** What a change adds to a lead's timeline and its scores. */
import type { RecordedEvent } from '../../domain/messages.ts';
import type { LeadEvent } from '../../domain/lead/events.ts';
import { scoreHistoryEntry } from '../../domain/views/score-history.ts';
import { timelineEntry } from '../../domain/views/timeline.ts';
import type { Entry, EntryRef } from '../../platform/read-models/read-models.ts';
import { isLead } from '../../domain/aggregate.ts';
import type { StreamChange } from './fold-batch.ts';

export interface EntryChanges {
  readonly remove: readonly EntryRef[];
  readonly append: readonly (EntryRef & Entry)[];
}

const isLeadEvent = (recorded: RecordedEvent): recorded is RecordedEvent<LeadEvent> => recorded.streamId.startsWith('lead_');

/** An erased lead keeps only the fact that it was erased. */
export function entryChanges(changes: readonly StreamChange[]): EntryChanges {
  const remove: EntryRef[] = [];
  const append: (EntryRef & Entry)[] = [];
  for (const { after, events } of changes) {
    if (!isLead(after)) continue;
    const timeline: EntryRef = { tenant: after.tenant, collection: 'timeline', id: after.id };
    const scores: EntryRef = { tenant: after.tenant, collection: 'scores', id: after.id };
    const erased = after.erasedAt !== undefined;
    if (erased) remove.push(timeline, scores);
    for (const recorded of events) {
      if (!isLeadEvent(recorded) || (erased && recorded.event.type !== 'LeadErased')) continue;
      append.push({ ...timeline, n: recorded.version, doc: JSON.stringify(timelineEntry(recorded)) });
      const score = scoreHistoryEntry(recorded);
      if (score) append.push({ ...scores, n: recorded.version, doc: JSON.stringify(score) });
    }
  }
  return { remove, append };
}
