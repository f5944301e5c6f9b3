/**
 * 8: a subscriber that reconnects with its cursor misses nothing and is told when it must reload instead. Cursors name what was published: what one
 * watcher of a lead heard, every other one had to hear, at its place and once, or was told to read again.
 */
import type { RecordedEvent } from '../../../domain/messages.ts';
import type { Follow, FollowEntry } from '../history.ts';
import type { CheckContext, PromiseCheck } from './check.ts';

type Told = Extract<FollowEntry, { readonly what: 'told' }>;

export function newsInFull({ recorded, report }: CheckContext): PromiseCheck {
  const byLead = Map.groupBy(recorded.follows, ({ leadId }) => leadId);
  const published = new Map([...byLead].map(([leadId, follows]) => [leadId, cursorsOf(follows)]));

  function inTheirOrder({ watcher, leadId, entries }: Follow): void {
    const ids = [leadId, watcher];
    const told = new Set<string>();
    const missing = new Set<string>();
    const all = published.get(leadId) ?? [];
    let [last, mayHaveGap] = ['', true];
    for (const entry of entries) {
      // Without a cursor there was nothing in the log: where it goes on nobody can say.
      if (entry.what === 'reload') [last, mayHaveGap] = entry.cursor === '' ? [last, true] : [entry.cursor, false];
      if (entry.what !== 'told') continue;
      const { cursor } = entry;
      if (told.has(cursor)) report({ promise: 8, what: 'a watcher was told of a change twice', ids, expected: `behind ${last}`, found: cursor });
      else if (cursor <= last) {
        missing.delete(cursor);
        report({ promise: 8, what: 'a watcher was told of changes in another order', ids, expected: `behind ${last}`, found: cursor });
      } else {
        if (!mayHaveGap) for (const between of all.filter((one) => one > last && one < cursor)) missing.add(between);
        [last, mayHaveGap] = [cursor, false];
      }
      told.add(cursor);
    }
    for (const cursor of missing) report({ promise: 8, what: 'a watcher missed a change that others heard of', ids, expected: cursor, found: null });
  }

  function toTheEnd({ watcher, leadId, entries }: Follow, events: readonly RecordedEvent[]): void {
    const ids = [leadId, watcher];
    const newest = events.at(-1)?.version ?? 0;
    const known = Math.max(0, ...entries.map((entry) => ('version' in entry ? (entry.version ?? 0) : 0)));
    if (known < newest) report({ promise: 8, what: 'a watcher never heard of the newest change', ids, expected: newest, found: known });
    const untold = neverTold(entries, events);
    if (untold.length > 0) report({ promise: 8, what: 'a watcher was never told of an event', ids, expected: untold, found: null });
  }

  return {
    stream({ streamId, events }) {
      // Of an erased lead nothing is told any more, not even what is left of it.
      if (events.some(({ event }) => event.type === 'LeadErased')) return;
      for (const follow of byLead.get(streamId) ?? []) if (follow.toTheEnd) toTheEnd(follow, events);
    },
    finish() {
      recorded.follows.forEach(inTheirOrder);
    },
  };
}

/** What was published about a lead, as far as anybody heard of it, in order. */
const cursorsOf = (follows: readonly Follow[]): string[] => [
  ...new Set(
    follows
      .flatMap(({ entries }) => entries)
      .flatMap((entry) => (entry.what === 'told' ? [entry.cursor] : []))
      .toSorted(),
  ),
];

/** Behind the last reading: types of events, each as often as it is missing. A result tells types only, and may tell one again. */
function neverTold(entries: readonly FollowEntry[], events: readonly RecordedEvent[]): string[] {
  const readAt = entries.findLastIndex(({ what }) => what === 'state');
  const read = entries[readAt];
  const seen = read?.what === 'state' ? (read.version ?? 0) : 0;
  const isTold = (entry: FollowEntry): entry is Told => entry.what === 'told';
  const left = entries
    .slice(readAt + 1)
    .filter(isTold)
    .flatMap((entry) => entry.events);
  return events.flatMap(({ version, event: { type } }) => {
    if (version <= seen) return [];
    const at = left.indexOf(type);
    if (at === -1) return [type];
    left.splice(at, 1);
    return [];
  });
}
