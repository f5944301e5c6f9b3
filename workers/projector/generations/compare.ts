/**
 * The proof: every view of a new generation, with its places in lists and its entries, against the write model's fold, and against the
 * generation that serves. Both are compared with the fold of the events up to their own version, which must not be older than the stream was
 * when it was listed: so nothing has to stand still meanwhile. What is behind is looked at again until it has arrived.
 */
import type { RecordedEvent } from '../../../domain/messages.ts';
import { kindOfId } from '../../../domain/ids.ts';
import { streamKey, type StreamRef } from '../../../platform/event-store/event-store.ts';
import type { InspectedRef, InspectedView } from '../../../platform/read-models/generations.ts';
import { createProjection } from '../project.ts';
import { compareLists } from './compare-lists.ts';
import { differenceByText, expectedOf, isSameInSubstance, type Expected } from './expected.ts';
import type { Pace } from './pace.ts';
import type { GenerationPorts } from './pointer.ts';

const PAGE = 50;
/** Pause between two looks at what has not settled. */
const LOOK_AGAIN_MS = 100;
/** What names a difference of each kind, at most: where everything differs, some of it says so. */
const NAMED_MAX = 100;

export interface Comparison {
  /** Streams that were compared, and those of them that are equal in every respect. */
  readonly views: number;
  readonly equal: number;
  /** Lists whose lengths were compared with those of the serving generation. */
  readonly lists: number;
  /** What of the new generation differs from the write model, by name: a defect of ours. */
  readonly fromWriteModel: readonly string[];
  /** What of the serving generation differs from the new one. */
  readonly fromServing: readonly string[];
}

export interface CompareOptions {
  readonly generation: number;
  /** Null: nothing serves that it could be compared with. */
  readonly serving: number | null;
  /** How long what is on its way may take to arrive. */
  readonly settleMs: number;
  readonly onStreams: (count: number) => void;
}

/** A stream, and the version that it had when it was listed: no view of it may be older. */
type ListedStream = StreamRef & { readonly version: number };

interface Judged {
  readonly ref: ListedStream;
  /** '' : equal. */
  readonly fromWriteModel: string;
  readonly fromServing: string;
}

const refOf = ({ tenant, streamId }: StreamRef): InspectedRef => {
  const kind = kindOfId(streamId);
  if (kind === null || kind === 'command') throw new Error(`${streamId} is the id of no stream`);
  return { tenant, kind, id: streamId };
};

/** What the events up to a version make; null where they cannot be folded, as live projection leaves them out too. */
function expectedUpTo(events: readonly RecordedEvent[], version: number): Expected | null {
  try {
    return expectedOf(events.filter((event) => event.version <= version));
  } catch {
    return null;
  }
}

/** How many entries the events behind a version can have made: entries are stored before their view. */
function entriesBeyond(events: readonly RecordedEvent[], version: number): number {
  const all = expectedUpTo(events, Infinity);
  const upTo = expectedUpTo(events, version);
  const count = (expected: Expected | null): number => (expected ? expected.timeline.length + expected.scores.length : 0);
  return Math.max(0, count(all) - count(upTo));
}

export async function compareGenerations(ports: GenerationPorts, pace: Pace, options: CompareOptions): Promise<Comparison> {
  const { eventStore, generations } = ports;
  const { generation, serving, settleMs, onStreams } = options;

  const difference = async (of: number, found: InspectedView | undefined, events: readonly RecordedEvent[], floor: number): Promise<string> => {
    const [version, latest] = [found?.version ?? 0, events.at(-1)?.version ?? 0];
    const expected = expectedUpTo(events, version === 0 ? latest : version);
    if (expected === null) return version === 0 ? '' : 'has a view that its events do not make';
    if (found === undefined || version === 0) return 'has no view';
    if (version < floor || version > latest) return `is at version ${version}, not at ${version < floor ? floor : latest}`;
    if (found.entriesBeyond > 0 && found.entriesBeyond > entriesBeyond(events, version)) return 'has entries that its events do not make';
    const reason = differenceByText(found, expected);
    // Only of documents and entries there are several texts of one meaning.
    const hasTexts = reason.startsWith('has another') || reason.startsWith('has other');
    return hasTexts && (await isSameInSubstance(generations.of(of), expected)) ? '' : reason;
  };

  /** The events come last: whatever was projected when the views were looked at is among them, so that a busy stream needs no quiet moment. */
  const judge = async (refs: readonly ListedStream[]): Promise<Judged[]> => {
    const inspected = refs.map(refOf);
    const live = serving === null ? [] : await generations.inspect(serving, inspected);
    const built = await generations.inspect(generation, inspected);
    const streams = await eventStore.loadStreams(refs);
    return Promise.all(
      refs.map(async (ref, at): Promise<Judged> => {
        const events = streams.get(streamKey(ref)) ?? [];
        const fromWriteModel = await difference(generation, built[at], events, ref.version);
        // A view that serves and stays behind what was recorded before it was looked at lost a write.
        const fromServing = serving === null ? '' : await difference(serving, live[at], events, ref.version);
        return { ref, fromWriteModel, fromServing };
      }),
    );
  };
  const isUnequal = ({ fromWriteModel, fromServing }: Judged): boolean => fromWriteModel !== '' || fromServing !== '';

  const lookAtAll = async (): Promise<{ views: number; unsettled: Judged[] }> => {
    const unsettled: Judged[] = [];
    for (let after = '', views = 0; ;) {
      const refs = await pace.step(PAGE, async () => {
        const page = await eventStore.listStreams(after, PAGE);
        unsettled.push(...(await judge(page)).filter(isUnequal));
        return page;
      });
      const last = refs.at(-1);
      if (last === undefined) return { views, unsettled };
      views += refs.length;
      after = streamKey(last);
      onStreams(refs.length);
    }
  };

  /** Live projection that is slow or does not run leaves the new generation behind: it is brought on from here, by the same way. */
  const bringOn = async (judged: readonly Judged[]): Promise<void> => {
    const behind = judged.filter(({ fromWriteModel }) => fromWriteModel !== '').map(({ ref }) => ref);
    if (behind.length === 0) return;
    const streams = await eventStore.loadStreams(behind);
    await createProjection(generations.of(generation), eventStore).project([...streams.values()].flat());
  };

  const settle = async (first: readonly Judged[]): Promise<readonly Judged[]> => {
    const deadlineMs = performance.now() + settleMs;
    let open = first;
    while (open.length > 0) {
      await pace.pause(LOOK_AGAIN_MS);
      const next: Judged[] = [];
      for (let from = 0; from < open.length; from += PAGE) {
        const page = open.slice(from, from + PAGE);
        await pace.step(page.length, async () => {
          await bringOn(page);
          next.push(...(await judge(page.map(({ ref }) => ref))).filter(isUnequal));
        });
      }
      open = next;
      if (performance.now() > deadlineMs) break;
    }
    return open;
  };

  const { views, unsettled } = await lookAtAll();
  const unequal = await settle(unsettled);
  const lists = serving === null ? { lists: 0, differences: [] } : await compareLists(ports, pace, { generation, serving, settleMs });
  const named = (reason: 'fromWriteModel' | 'fromServing'): string[] =>
    unequal.filter((judged) => judged[reason] !== '').map((judged) => `${streamKey(judged.ref)} ${judged[reason]}`);
  return {
    views,
    equal: views - unequal.length,
    lists: lists.lists,
    fromWriteModel: named('fromWriteModel').slice(0, NAMED_MAX),
    fromServing: [...named('fromServing'), ...lists.differences].slice(0, NAMED_MAX),
  };
}
