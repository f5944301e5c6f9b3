/** What a change comes to for readers: its view and entries, worked out before anything is stored. */
import { isLead } from '../../domain/aggregate.ts';
import type { ViewPut } from '../../platform/read-models/read-models.ts';
import { viewPut } from '../../platform/read-models/view-put.ts';
import type { EventFailure } from '../kit/consume-lanes.ts';
import { entriesOf, isErased, type PlacedEntry } from './entries.ts';
import type { Folded, StreamChange } from './fold-batch.ts';

export interface Shown extends Folded {
  /** One for each change, in their order. */
  readonly puts: readonly ViewPut[];
  /** Of leads that were not erased, as far as these changes know. */
  readonly entries: readonly PlacedEntry[];
}

function showOne(change: StreamChange): { readonly put: ViewPut; readonly entries: readonly PlacedEntry[] } {
  const { after, events } = change;
  return { put: viewPut(after), entries: isLead(after) && !isErased(change) ? entriesOf(after, events) : [] };
}

/** Folding asks little of an event and words ask more: where these cannot be found, that stream alone is put aside, and the batch goes on. */
export function show({ changes, failures }: Folded): Shown {
  const shown: StreamChange[] = [];
  const puts: ViewPut[] = [];
  const entries: PlacedEntry[] = [];
  const failed: EventFailure[] = [...failures];
  for (const change of changes) {
    try {
      const { put, entries: added } = showOne(change);
      shown.push(change);
      puts.push(put);
      entries.push(...added);
    } catch (error) {
      const reason = `the event cannot be shown: ${error instanceof Error ? error.message : String(error)}`;
      failed.push(...change.events.map((event) => ({ event, reason })));
    }
  }
  return { changes: shown, failures: failed, puts, entries };
}
