/** Keeps the views: event, versioned put, receipt VISIBLE, news on the live bus; then the offset. */
import { LRUCache } from 'lru-cache';
import type { RecordedEvent } from '../../domain/messages.ts';
import type { LiveMessage } from '../../platform/live-bus/live-bus.ts';
import { consumeEvents, type EventFailure } from '../kit/consume-lanes.ts';
import { receiptMessage } from '../kit/receipts.ts';
import { receiptPut } from '../../platform/read-models/receipt-put.ts';
import type { Role, WorkerPorts } from '../kit/role.ts';
import type { StreamChange } from './fold-batch.ts';
import { startHealer } from './generations/healer.ts';
import { liveMessage } from './live-messages.ts';
import { createProjection, type Projection } from './project.ts';
import { visibleReceipts } from './visible-receipts.ts';

const BATCH_MAX = 500;
/** Events that this process remembers to have told of. Only a batch that comes again needs it. */
const TOLD_MAX = 50_000;

/**
 * Which events subscribers heard of. Not the version of the view decides that: it may be stored before they were told (a crash in between), and
 * lanes bring events out of order. So an event is told once by a process, and again only where its batch comes again to another one.
 */
interface Told {
  readonly isNew: (event: RecordedEvent) => boolean;
  readonly add: (changes: readonly StreamChange[]) => void;
}

function createTold(): Told {
  const told = new LRUCache<string, true>({ max: TOLD_MAX });
  const keyOf = ({ tenant, streamId, version }: RecordedEvent): string => `${tenant}:${streamId}@${version}`;
  return {
    isNew: (event) => !told.has(keyOf(event)),
    add: (changes) => changes.forEach(({ events }) => events.forEach((event) => told.set(keyOf(event), true))),
  };
}

const isNews = (message: LiveMessage | null): message is LiveMessage => message !== null;

async function tellSubscribers(ports: WorkerPorts, changes: readonly StreamChange[], told: Told): Promise<void> {
  const fresh = changes.filter(({ events }) => events.some(told.isNew));
  const news = fresh.map((change) => liveMessage(change, told.isNew)).filter(isNews);
  // Before anybody can read VISIBLE: gateways that keep answers hear of the change first. What the receipts were is read meanwhile.
  const [visibleAt] = await Promise.all([visibleReceipts(ports, fresh), news.length > 0 && ports.liveBus.publish(news)]);
  const at = ports.clock.now().toISOString();
  const receipts = visibleAt(at);
  if (receipts.length > 0) {
    await ports.readModels.put(receipts.map(receiptPut));
    await ports.liveBus.publish(receipts.map((receipt) => receiptMessage(receipt, at)));
  }
  told.add(fresh);
}

async function handleEvents(ports: WorkerPorts, projection: Projection, told: Told, events: readonly RecordedEvent[]): Promise<readonly EventFailure[]> {
  const { changes, failures } = await projection.project(events);
  await tellSubscribers(ports, changes, told);
  return failures;
}

export const projectorRole: Role = {
  name: 'projector',
  async start(ports) {
    const projection = createProjection(ports.readModels, ports.eventStore);
    const told = createTold();
    const consumers = await consumeEvents({
      ports,
      role: 'projector',
      recordsMax: BATCH_MAX,
      handle: (events) => handleEvents(ports, projection, told, events),
    });
    // Views in memory are as old as their process: nothing of them can be lost apart from it.
    const { generations } = ports;
    const healer = generations && startHealer({ ...ports, generations });
    return {
      async stop() {
        await Promise.all([consumers.stop(), healer?.stop()]);
      },
      health() {
        const health = consumers.health(healer?.detail() ?? 'views follow the events');
        return { ...health, facts: { ...health.facts, ...healer?.facts() } };
      },
    };
  },
};
