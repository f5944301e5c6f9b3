/** Filling empty read models from the events, at the start of a process that keeps its views in memory. */
import { systemClock, type Clock } from '../../platform/clock.ts';
import { commandKey, type EventStore } from '../../platform/event-store/event-store.ts';
import { receiptVisible } from '../../domain/views/receipts.ts';
import type { ReadModels } from '../../platform/read-models/read-models.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import { RECEIPT_TTL_SECONDS, receiptPut } from '../../platform/read-models/receipt-put.ts';
import type { StreamChange } from './fold-batch.ts';
import { inRequests } from './in-requests.ts';
import { createProjection } from './project.ts';
import { visibleReceipts } from './visible-receipts.ts';

const PAGE = 2_000;

const weekBefore = (now: Date): Date => new Date(now.getTime() - RECEIPT_TTL_SECONDS * 1_000);

/**
 * Receipts go forward only: callers who were told VISIBLE by an earlier process find the same, and the idempotency keys of the last week
 * keep their commands. Older ones can still be asked for; the inbox answers.
 */
async function restoreReceipts(eventStore: EventStore, readModels: ReadModels, changes: readonly StreamChange[], now: Date): Promise<void> {
  const since = weekBefore(now).toISOString();
  const recent = changes.map((change) => ({ ...change, events: change.events.filter(({ at }) => at >= since) }));
  const visibleAt = await visibleReceipts({ eventStore, readModels }, recent);
  for (const request of inRequests(visibleAt(now.toISOString()).map(receiptPut))) await readModels.put(request);
}

/** A command that was rejected, or changed nothing, left no event to follow: without this its key would be free for another body until the inbox refused that. */
async function restoreEventless(eventStore: EventStore, readModels: ReadModels, now: Date): Promise<void> {
  for (let after = ''; ;) {
    const outcomes = await eventStore.listEventless(weekBefore(now), after, PAGE);
    const last = outcomes.at(-1);
    if (last === undefined) return;
    // Every view is there by now: what left all as it was shows.
    const receipts = outcomes.map((outcome) => (outcome.unchanged === true ? receiptVisible(outcome, now.toISOString()) : outcome));
    for (const request of inRequests(receipts.map(receiptPut))) await readModels.put(request);
    after = commandKey(last);
  }
}

/**
 * Projects every event that is committed now, and restores the receipts of their commands. Answers how many events there were.
 * Live projection may run meanwhile or go on from any point before. What cannot be projected is logged and left out.
 */
export async function rebuildReadModels(eventStore: EventStore, readModels: ReadModels, logger: Logger, clock: Clock = systemClock): Promise<number> {
  const projection = createProjection(readModels, eventStore);
  let [position, count] = ['', 0];
  for (;;) {
    const { events, next } = await eventStore.readCommitted(position, PAGE);
    if (events.length === 0) break;
    const { changes, failures } = await projection.project(events);
    for (const { event, reason } of failures) logger.error({ tenant: event.tenant, event: event.id, reason }, 'an event was left out of the views');
    await restoreReceipts(eventStore, readModels, changes, clock.now());
    count += events.length;
    position = next;
  }
  await restoreEventless(eventStore, readModels, clock.now());
  return count;
}
