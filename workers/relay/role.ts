/** The outbox: committed events go to the log in the order of their commits, by one process at a time. */
import type { EventStore, Position } from '../../platform/event-store/event-store.ts';
import { eventTopic, recordKey } from '../../platform/log/topics.ts';
import { encodeEvent } from '../../platform/messages/encode.ts';
import type { RecordedEvent } from '../../domain/messages.ts';
import type { LogRecord } from '../../platform/log/log.ts';
import { createLoop } from '../kit/loop.ts';
import type { Role, WorkerPorts } from '../kit/role.ts';

/** The lease's name and the checkpoint's: one relay for the whole events table. */
export const RELAY = 'relay';
const BATCH_MAX = 1_000;
/** Another process takes over this long after the last sign of life. */
const LEASE_TTL_MS = 4_000;
/** How long a relay without the lease waits before it asks again. */
const STANDBY_MS = 500;
/** The longest wait for news; the store wakes us earlier. */
const IDLE_MS = 1_000;

function toRecord(event: RecordedEvent): LogRecord {
  return {
    topic: eventTopic(event.lane),
    key: recordKey(event.tenant, event.streamId),
    value: encodeEvent(event),
    headers: { type: event.event.type, 'event-id': event.id, 'command-id': event.commandId, ...(event.trace ? { traceparent: event.trace.traceparent } : {}) },
  };
}

/** Moves one page of events on; answers how many. Repeats some after a crash, never leaves one out: the checkpoint follows the append. */
async function relayPage(ports: Pick<WorkerPorts, 'log'> & { readonly eventStore: EventStore }, after: Position): Promise<{ count: number; next: Position }> {
  const { events, next } = await ports.eventStore.readCommitted(after, BATCH_MAX);
  if (events.length > 0) {
    await ports.log.append(events.map(toRecord));
    await ports.eventStore.saveCheckpoint(RELAY, next);
  }
  return { count: events.length, next };
}

export interface RelayOptions {
  /** Another process takes over this long (and half a second) after the last sign of life; 4,000 if absent. */
  readonly leaseTtlMs?: number | undefined;
}

export const createRelayRole = ({ leaseTtlMs = LEASE_TTL_MS }: RelayOptions = {}): Role => ({
  name: 'relay',
  async start(ports) {
    const facts = { leads: false, relayed_total: 0 };
    let position: Position | null = null;
    const holder = `${ports.instance}:relay`;
    const loop = createLoop(ports.logger, RELAY, async (signal) => {
      const held = await ports.leases.hold(RELAY, holder, leaseTtlMs);
      if (!held) position = null;
      facts.leads = held;
      if (!held) return { pauseMs: STANDBY_MS };
      position ??= await ports.eventStore.loadCheckpoint(RELAY);
      const { count, next } = await relayPage(ports, position);
      position = next;
      facts.relayed_total += count;
      if (count === 0) await ports.eventStore.waitForEvents(IDLE_MS, signal);
      return { pauseMs: 0 };
    });
    return {
      async stop() {
        await loop.stop();
        facts.leads = false;
        await ports.leases
          .release(RELAY, holder)
          .catch((error: unknown) => ports.logger.warn({ error }, 'the lease could not be given back; it runs out by itself'));
      },
      health: () => ({ ...loop.health(), facts: { ...facts } }),
    };
  },
});

export const relayRole: Role = createRelayRole();
