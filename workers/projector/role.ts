/** Keeps the views: event, versioned put, receipt VISIBLE, news on the live bus; then the offset. */
import type { CommandReceipt, RecordedEvent } from '../../domain/messages.ts';
import type { LiveMessage } from '../../platform/live-bus/live-bus.ts';
import { consumeEvents } from '../kit/consume-lanes.ts';
import { receiptMessage, receiptPut } from '../kit/receipts.ts';
import type { Role, WorkerPorts } from '../kit/role.ts';
import { WORKER_ACTOR_PREFIX } from '../kit/send-commands.ts';
import type { StreamChange } from './fold-batch.ts';
import { liveMessage } from './live-messages.ts';
import { createProjection, type Projection } from './project.ts';

const BATCH_MAX = 500;

/** Receipts of the callers' commands behind these events, as the inbox or the gateway wrote them, moved on to VISIBLE. */
async function visibleReceipts(ports: WorkerPorts, events: readonly RecordedEvent[], at: string): Promise<CommandReceipt[]> {
  const lastOf = new Map(events.filter(({ actor }) => !actor.id.startsWith(WORKER_ACTOR_PREFIX)).map((event) => [`${event.tenant}:${event.commandId}`, event]));
  const asked = [...lastOf.values()];
  if (asked.length === 0) return [];
  const stored = await ports.readModels.get(asked.map(({ tenant, commandId }) => ({ tenant, kind: 'command', id: commandId })));
  const receipts = asked.map(async ({ tenant, commandId, version, at: appliedAt }, index): Promise<CommandReceipt[]> => {
    const doc = stored[index]?.doc;
    const receipt = doc === undefined ? await ports.eventStore.findOutcome(tenant, commandId) : (JSON.parse(doc) as CommandReceipt);
    return receipt ? [{ ...receipt, status: 'VISIBLE', version: receipt.version ?? version, appliedAt: receipt.appliedAt ?? appliedAt, visibleAt: at }] : [];
  });
  return (await Promise.all(receipts)).flat();
}

const isNews = (message: LiveMessage | null): message is LiveMessage => message !== null;

async function tellSubscribers(ports: WorkerPorts, changes: readonly StreamChange[], events: readonly RecordedEvent[]): Promise<void> {
  const at = ports.clock.now().toISOString();
  const receipts = await visibleReceipts(ports, events, at);
  if (receipts.length > 0) await ports.readModels.put(receipts.map(receiptPut));
  const news = [...changes.map(liveMessage).filter(isNews), ...receipts.map((receipt) => receiptMessage(receipt, at))];
  if (news.length > 0) await ports.liveBus.publish(news);
}

async function handleEvents(ports: WorkerPorts, projection: Projection, events: readonly RecordedEvent[]): Promise<void> {
  const changes = await projection.project(events);
  await tellSubscribers(ports, changes, events);
  projection.settled(changes);
}

export const projectorRole: Role = {
  name: 'projector',
  async start(ports) {
    const projection = createProjection(ports.readModels, ports.eventStore);
    const consumers = await consumeEvents({ ports, role: 'projector', recordsMax: BATCH_MAX, handle: (events) => handleEvents(ports, projection, events) });
    return {
      stop: () => consumers.stop(),
      health: () => ({ ok: true, detail: 'views follow the events', facts: consumers.facts() }),
    };
  },
};
