/** One lane's events on their way to the log, page by page, in the order of their commits. */
import type { Lane, RecordedEvent } from '../../domain/messages.ts';
import type { EventStore, Position } from '../../platform/event-store/event-store.ts';
import type { LogRecord } from '../../platform/log/log.ts';
import { eventTopic, recordKey } from '../../platform/log/topics.ts';
import { encodeEvent } from '../../platform/messages/encode.ts';
import { createLoop, type Loop } from '../kit/loop.ts';
import type { WorkerPorts } from '../kit/role.ts';
import type { Erasures } from './erasures.ts';
import type { InFlight } from './in-flight.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import type { Pace } from './pace.ts';

/** The lease's name, and the checkpoint of versions that knew no lanes: each lane begins there. */
export const RELAY = 'relay';
export const laneCheckpoint = (lane: Lane): string => `${RELAY}:${lane}`;
/** The longest wait for news; the store wakes us earlier. */
const IDLE_MS = 1_000;

export type RelayPorts = Pick<WorkerPorts, 'log' | 'eventStore' | 'logger'>;

export interface LaneRelay extends Loop {
  /** Where it is; null while it does not lead. */
  position(): Position | null;
  /** Events since the start. */
  relayed(): number;
}

/** What the lanes of one relay share. */
export interface Shared {
  readonly lease: LeaseKeeper;
  readonly pace: Pace;
  readonly pages: InFlight;
  readonly erasures: Erasures;
}

function toRecord(event: RecordedEvent): LogRecord {
  return {
    topic: eventTopic(event.lane),
    key: recordKey(event.tenant, event.streamId),
    value: encodeEvent(event),
    headers: { type: event.event.type, 'event-id': event.id, 'command-id': event.commandId, ...(event.trace ? { traceparent: event.trace.traceparent } : {}) },
  };
}

/** The place that is stored for the lane, after the first time that of the older version. */
async function loadPlace(eventStore: EventStore, lane: Lane): Promise<Position> {
  const name = laneCheckpoint(lane);
  const stored = await eventStore.loadCheckpoint(name);
  if (stored !== '') return stored;
  const older = await eventStore.loadCheckpoint(RELAY);
  if (older === '' || (await eventStore.saveCheckpoint(name, older, ''))) return older;
  return eventStore.loadCheckpoint(name);
}

export function relayLane(ports: RelayPorts, lane: Lane, { lease, pace, pages, erasures }: Shared): LaneRelay {
  let place: Position | null = null;
  let relayed = 0;

  /** Moves what comes after `from`; answers how many. Repeats some after a crash, never leaves one out: the checkpoint follows the append. */
  const movePage = async (from: Position): Promise<number> => {
    const { events, next } = await ports.eventStore.readCommitted(from, pace.pageMax(lane), lane);
    if (events.length === 0 || !lease.holds()) return 0;
    let taken: boolean | undefined;
    try {
      await ports.log.append(events.map(toRecord));
      if (events.some(({ event }) => event.type === 'LeadErased')) erasures.owe();
      await erasures.pay();
      taken = await ports.eventStore.saveCheckpoint(laneCheckpoint(lane), next, from);
    } finally {
      // It took too long, or somebody else moved the lane: another process leads, and may have erased by now what these records still say.
      if (taken === false || !lease.holds()) erasures.owe();
    }
    place = taken ? next : null;
    if (!taken) lease.doubt();
    return events.length;
  };

  const loop = createLoop(ports.logger, laneCheckpoint(lane), async (signal) => {
    await erasures.pay();
    if (!lease.holds()) {
      place = null;
      await lease.untilHeld(signal);
      return { pauseMs: 0 };
    }
    const from = (place ??= await loadPlace(ports.eventStore, lane));
    const count = await pages.run(() => movePage(from));
    relayed += count;
    pace.moved(lane, count);
    if (count === 0 && lease.holds()) await ports.eventStore.waitForEvents(IDLE_MS, signal, lane);
    return { pauseMs: 0 };
  });
  return { position: () => place, relayed: () => relayed, health: () => loop.health(), stop: () => loop.stop() };
}
