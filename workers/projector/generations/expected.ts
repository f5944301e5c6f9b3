/** What a generation must hold of a stream: a pure function of its events up to a version. */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { fold, isLead, type Aggregate } from '../../../domain/aggregate.ts';
import type { RecordedEvent } from '../../../domain/messages.ts';
import type { InspectedView } from '../../../platform/read-models/generations.ts';
import type { Entry, EntryRef, ReadModels, ViewPut } from '../../../platform/read-models/read-models.ts';
import { redisIndexText } from '../../../platform/read-models/redis-index-text.ts';
import { viewPut } from '../../../platform/read-models/view-put.ts';
import { entriesOf } from '../entries.ts';

export interface Expected {
  readonly put: ViewPut;
  readonly indexText: string;
  readonly timeline: readonly Entry[];
  readonly scores: readonly Entry[];
}

const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex');
const digestOf = (entries: readonly Entry[]): string => sha1(entries.map(({ n, doc }) => `${n}:${doc}`).join('\n'));

function entriesAt(state: Aggregate, events: readonly RecordedEvent[]): { readonly timeline: Entry[]; readonly scores: Entry[] } {
  if (!isLead(state)) return { timeline: [], scores: [] };
  // Of an erased lead only the fact that it was erased stays.
  const entries = entriesOf(state, state.erasedAt === undefined ? events : events.filter(({ event }) => event.type === 'LeadErased'));
  const of = (collection: EntryRef['collection']): Entry[] => entries.filter((entry) => entry.collection === collection).map(({ n, doc }) => ({ n, doc }));
  return { timeline: of('timeline'), scores: of('scores') };
}

/** Null where these events make nothing. */
export function expectedOf(events: readonly RecordedEvent[]): Expected | null {
  const state = fold(events);
  if (state === null) return null;
  const put = viewPut(state);
  return { put, indexText: redisIndexText(put.index), ...entriesAt(state, events) };
}

const records = (indexText: string): string[] => indexText.split('\x01').toSorted();

/** In what a view differs by its digests; '' in nothing. Texts may differ where what they say does not: `inSubstance` decides. */
export function differenceByText(found: InspectedView, expected: Expected): string {
  if (found.missingPlaces > 0) return `is missing from ${found.missingPlaces} of its lists`;
  if (!isDeepStrictEqual(records(found.indexText), records(expected.indexText))) return 'stands in other lists';
  if (found.docDigest !== sha1(expected.put.doc)) return 'has another document';
  if (found.timelineDigest !== digestOf(expected.timeline)) return 'has another timeline';
  return found.scoresDigest === digestOf(expected.scores) ? '' : 'has other scores';
}

const parsed = (entries: readonly Entry[]) => entries.map(({ n, doc }) => ({ n, doc: JSON.parse(doc) as unknown }));

/** True where document and entries say the same, whatever the order of their keys. */
export async function isSameInSubstance(readModels: ReadModels, { put, timeline, scores }: Expected): Promise<boolean> {
  const { tenant, id, version, doc } = put;
  const read = (collection: EntryRef['collection']) => readModels.entries({ tenant, collection, id }, { first: Number.MAX_SAFE_INTEGER, before: version + 1 });
  const [[view], ownTimeline, ownScores] = await Promise.all([readModels.get([put]), read('timeline'), read('scores')]);
  if (!view || view.version !== version) return false;
  return (
    isDeepStrictEqual(JSON.parse(view.doc), JSON.parse(doc)) &&
    isDeepStrictEqual(parsed(ownTimeline).toReversed(), parsed(timeline)) &&
    isDeepStrictEqual(parsed(ownScores).toReversed(), parsed(scores))
  );
}
