/** From events to the newest state of each stream they touch. */
import { evolve, fold, type Aggregate } from '../../domain/aggregate.ts';
import { kindOfId } from '../../domain/ids.ts';
import type { RecordedEvent } from '../../domain/messages.ts';
import { streamKey, type EventStore } from '../../platform/event-store/event-store.ts';
import type { ReadModels, ViewKind, ViewRef } from '../../platform/read-models/read-models.ts';
import type { EventFailure } from '../kit/consume-lanes.ts';

/** What a batch means for one stream. */
export interface StreamChange {
  /** The state that was known before them, null where there was none; absent where they do not simply go on from one. */
  readonly before?: Aggregate | null;
  /** The newest state known here: it may be ahead of the events. */
  readonly after: Aggregate;
  /** The events of the batch, in version order, each once; some may have been projected before. */
  readonly events: readonly RecordedEvent[];
}

export interface Folded {
  readonly changes: readonly StreamChange[];
  /** Events that fit no stream of the write model: they change nothing. */
  readonly failures: readonly EventFailure[];
}

/** The newest state of recently changed streams: a pure function of their events, so it can be old but never wrong. */
export interface StateMemory {
  get(key: string): Aggregate | undefined;
}

type Groups = ReadonlyMap<string, readonly RecordedEvent[]>;

function groupByStream(events: readonly RecordedEvent[]): Groups {
  const groups = new Map<string, Map<number, RecordedEvent>>();
  for (const event of events) {
    const key = streamKey(event);
    const group = groups.get(key) ?? new Map<number, RecordedEvent>();
    group.set(event.version, event);
    groups.set(key, group);
  }
  return new Map([...groups].map(([key, group]) => [key, [...group.values()].sort((a, b) => a.version - b.version)]));
}

function refOf({ tenant, streamId }: RecordedEvent): ViewRef {
  const kind = kindOfId(streamId);
  if (kind === null || kind === 'command') throw new Error(`${streamId} is the id of no stream`);
  return { tenant, kind: kind satisfies ViewKind, id: streamId };
}

/** The state that the batch continues from: remembered, else the stored view. */
async function loadStates(groups: Groups, memory: StateMemory, readModels: ReadModels): Promise<Map<string, Aggregate>> {
  const states = new Map<string, Aggregate>();
  const unknown: [string, ViewRef][] = [];
  for (const [key, events] of groups) {
    const [first] = events;
    const remembered = memory.get(key);
    if (remembered) states.set(key, remembered);
    else if (first && first.version > 1) unknown.push([key, refOf(first)]);
  }
  const views = unknown.length > 0 ? await readModels.get(unknown.map(([, ref]) => ref)) : [];
  unknown.forEach(([key], index) => {
    const view = views[index];
    if (view) states.set(key, JSON.parse(view.doc) as Aggregate);
  });
  return states;
}

/** Null where there is a gap, or a fact that cannot follow: the write model knows better then, and says so where it does not. */
function continueFrom(before: Aggregate | null, events: readonly RecordedEvent[]): Aggregate | null {
  let state = before;
  for (const event of events) {
    const version = state?.version ?? 0;
    if (event.version <= version) continue;
    if (event.version > version + 1) return null;
    try {
      state = evolve(state, event);
    } catch {
      return null;
    }
  }
  return state;
}

const goesOn = (before: Aggregate | null, [first]: readonly RecordedEvent[]): boolean => first?.version === (before?.version ?? 0) + 1;

/** The state by the write model, which has every event that was ever sent. Throws where it has not, or cannot be folded either. */
function foldAfresh(stream: readonly RecordedEvent[], events: readonly RecordedEvent[]): Aggregate {
  const state = fold(stream);
  const last = events.at(-1);
  if (state && last && state.version >= last.version) return state;
  throw new Error(`the write model does not have ${last?.id}`);
}

/** Folds the batch. A stream with a gap (events that came out of order, a view that was lost) is folded afresh from the write model. */
export async function foldBatch(events: readonly RecordedEvent[], memory: StateMemory, readModels: ReadModels, eventStore: EventStore): Promise<Folded> {
  const groups = groupByStream(events);
  const states = await loadStates(groups, memory, readModels);
  const changes: StreamChange[] = [];
  const gaps: (readonly [key: string, events: readonly RecordedEvent[]])[] = [];
  for (const [key, group] of groups) {
    const before = states.get(key) ?? null;
    const after = continueFrom(before, group);
    if (after) changes.push({ ...(goesOn(before, group) ? { before } : {}), after, events: group });
    else gaps.push([key, group]);
  }
  if (gaps.length === 0) return { changes, failures: [] };
  const failures: EventFailure[] = [];
  const streams = await eventStore.loadStreams(gaps.flatMap(([, [first]]) => (first ? [first] : [])));
  for (const [key, group] of gaps) {
    try {
      changes.push({ after: foldAfresh(streams.get(key) ?? [], group), events: group });
    } catch (error) {
      const reason = `the event cannot be projected: ${error instanceof Error ? error.message : String(error)}`;
      // Every record of them, not only the first of each version.
      failures.push(...events.filter((event) => streamKey(event) === key).map((event) => ({ event, reason })));
    }
  }
  return { changes, failures };
}
