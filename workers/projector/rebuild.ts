/** Filling empty read models from the events, at the start of a process that keeps its views in memory. */
import type { EventStore } from '../../platform/event-store/event-store.ts';
import type { ReadModels } from '../../platform/read-models/read-models.ts';
import { createProjection } from './project.ts';

const PAGE = 2_000;

/** Projects every event that is committed now. Answers how many there were. Live projection may run meanwhile or go on from any point before. */
export async function rebuildReadModels(eventStore: EventStore, readModels: ReadModels): Promise<number> {
  const projection = createProjection(readModels, eventStore);
  let [position, count] = ['', 0];
  for (;;) {
    const { events, next } = await eventStore.readCommitted(position, PAGE);
    if (events.length === 0) return count;
    projection.settled(await projection.project(events));
    count += events.length;
    position = next;
  }
}
