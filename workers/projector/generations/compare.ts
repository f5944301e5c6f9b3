/**
 * The proof: every view of a new generation, with its places in lists and its entries, against the write model's fold, and against the
 * generation that serves. Both are compared with the fold of the events up to their own version, so that nothing has to stand still meanwhile;
 * what was on its way is looked at again until it has settled.
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

interface Judged {
  readonly ref: StreamRef;
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

export async function compareGenerations(ports: GenerationPorts, pace: Pace, options: CompareOptions): Promise<Comparison> {
  const { eventStore, generations } = ports;
  const { generation, serving, settleMs, onStreams } = options;

  const difference = async (of: number, found: InspectedView | undefined, events: readonly RecordedEvent[], version: number): Promise<string> => {
    const expected = expectedUpTo(events, version);
    if (expected === null) return found?.version == null ? '' : 'has a view that its events do not make';
    if (found?.version == null) return 'has no view';
    if (found.version !== version) return `is at version ${found.version}, not at ${version}`;
    const reason = differenceByText(found, expected);
    // Only of documents and entries there are several texts of one meaning.
    const hasTexts = reason.startsWith('has another') || reason.startsWith('has other');
    return hasTexts && (await isSameInSubstance(generations.of(of), expected)) ? '' : reason;
  };

  const judge = async (refs: readonly StreamRef[]): Promise<Judged[]> => {
    const streams = await eventStore.loadStreams(refs);
    const inspected = refs.map(refOf);
    const live = serving === null ? [] : await generations.inspect(serving, inspected);
    const built = await generations.inspect(generation, inspected);
    return Promise.all(
      refs.map(async (ref, at): Promise<Judged> => {
        const events = streams.get(streamKey(ref)) ?? [];
        const version = events.at(-1)?.version ?? 0;
        const fromWriteModel = await difference(generation, built[at], events, version);
        // Not its own version: a view that serves and is behind for good lost a write.
        const fromServing = serving === null ? '' : await difference(serving, live[at], events, version);
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
