/** From events to the newest state of each stream they touch. */
import { evolve, fold, type Aggregate } from '../../domain/aggregate.ts';
import { kindOfId } from '../../domain/ids.ts';
import type { RecordedEvent } from '../../domain/messages.ts';
import { streamKey, type EventStore } from '../../platform/event-store/event-store.ts';
import type { ReadModels, ViewKind, ViewRef } from '../../platform/read-models/read-models.ts';

/** What a batch means for one stream. */
export interface StreamChange {
  readonly before: Aggregate | null;
  readonly after: Aggregate;
  /** The events of the batch, in version order, each once. Those up to before.version were projected earlier. */
  readonly events: readonly RecordedEvent[];
}

/** Remembers the newest state of recently changed streams: a pure function of their events, so it can be old but never wrong. */
export interface StateMemory {
  get(key: string): Aggregate | undefined;
  set(key: string, state: Aggregate): unknown;
}

function groupByStream(events: readonly RecordedEvent[]): Map<string, RecordedEvent[]> {
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
async function loadStates(groups: ReadonlyMap<string, readonly RecordedEvent[]>, memory: StateMemory, readModels: ReadModels): Promise<Map<string, Aggregate>> {
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

/** Continues without a gap, or answers null. */
function continueFrom(before: Aggregate | null, events: readonly RecordedEvent[]): Aggregate | null {
  let state = before;
  for (const event of events) {
    const version = state?.version ?? 0;
    if (event.version <= version) continue;
    if (event.version > version + 1) return null;
    state = evolve(state, event);
  }
  return state;
}

/** Folds the batch. A stream with a gap (events that came out of order, a view that was lost) is folded afresh from the write model. */
export async function foldBatch(
  events: readonly RecordedEvent[],
  memory: StateMemory,
  readModels: ReadModels,
  eventStore: EventStore,
): Promise<StreamChange[]> {
  const groups = groupByStream(events);
  const states = await loadStates(groups, memory, readModels);
  const changes: StreamChange[] = [];
  const gaps: { before: Aggregate | null; events: readonly RecordedEvent[] }[] = [];
  for (const [key, group] of groups) {
    const before = states.get(key) ?? null;
    const after = continueFrom(before, group);
    if (after) changes.push({ before, after, events: group });
    else gaps.push({ before, events: group });
  }
  if (gaps.length === 0) return changes;
  const streams = await eventStore.loadStreams(gaps.flatMap(({ events: [first] }) => (first ? [first] : [])));
  for (const { before, events: group } of gaps) {
    const [first] = group;
    const after = first && fold(streams.get(streamKey(first)) ?? []);
    if (!after) throw new Error(`the write model does not have the stream of ${first?.id}`);
    changes.push({ before, after, events: group });
  }
  return changes;
}
