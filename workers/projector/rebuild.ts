/** Filling empty read models from the events, at the start of a process that keeps its views in memory. */
import type { EventStore } from '../../platform/event-store/event-store.ts';
import type { ReadModels } from '../../platform/read-models/read-models.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import { createProjection } from './project.ts';

const PAGE = 2_000;

/**
 * Projects every event that is committed now. Answers how many there were. Live projection may run meanwhile or go on from any point before.
 * What cannot be projected is logged and left out.
 */
export async function rebuildReadModels(eventStore: EventStore, readModels: ReadModels, logger: Logger): Promise<number> {
  const projection = createProjection(readModels, eventStore);
  let [position, count] = ['', 0];
  for (;;) {
    const { events, next } = await eventStore.readCommitted(position, PAGE);
    if (events.length === 0) return count;
    const { failures } = await projection.project(events);
    for (const { event, reason } of failures) logger.error({ tenant: event.tenant, event: event.id, reason }, 'an event was left out of the views');
    count += events.length;
    position = next;
  }
}
