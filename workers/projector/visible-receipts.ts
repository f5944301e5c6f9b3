/** The callers' receipts that follow from what was stored. */
import type { CommandReceipt, RecordedEvent } from '../../domain/messages.ts';
import { commandKey, type CommandOutcome } from '../../platform/event-store/event-store.ts';
import type { WorkerPorts } from '../kit/role.ts';
import { WORKER_ACTOR_PREFIX } from '../kit/send-commands.ts';
import type { StreamChange } from './fold-batch.ts';

type ReceiptPorts = Pick<WorkerPorts, 'readModels' | 'eventStore'>;

const refOf = ({ tenant, commandId }: RecordedEvent) => ({ tenant, id: commandId });

/** The last event of each caller's command in these changes, with the version that its stream's view has now. */
function callersEvents(changes: readonly StreamChange[]): Map<string, { readonly event: RecordedEvent; readonly stored: number }> {
  const last = new Map<string, { event: RecordedEvent; stored: number }>();
  for (const { after, events } of changes)
    for (const event of events) if (!event.actor.id.startsWith(WORKER_ACTOR_PREFIX)) last.set(commandKey(refOf(event)), { event, stored: after.version });
  return last;
}

/** The receipts as the read models have them or, where those do not know the version yet, the inbox. */
async function receiptsOf(ports: ReceiptPorts, events: readonly RecordedEvent[]): Promise<Map<string, CommandReceipt>> {
  const stored = await ports.readModels.get(events.map(({ tenant, commandId }) => ({ tenant, kind: 'command', id: commandId })));
  const receipts = stored.flatMap((view) => (view ? [JSON.parse(view.doc) as CommandReceipt] : []));
  const known = new Map(receipts.filter(({ version }) => version !== undefined).map((receipt) => [commandKey(receipt), receipt]));
  const unknown = events.map(refOf).filter((ref) => !known.has(commandKey(ref)));
  if (unknown.length === 0) return known;
  const outcomes: ReadonlyMap<string, CommandOutcome> = await ports.eventStore.transact((tx) => tx.findOutcomes(unknown));
  return new Map([...known, ...outcomes]);
}

/**
 * Receipts to be moved on to VISIBLE: of those commands whose last event is in a stored view. A command of which only the first events came
 * so far waits for the others. Answers them by the moment from which they say so, which comes later than the views do.
 */
export async function visibleReceipts(ports: ReceiptPorts, changes: readonly StreamChange[]): Promise<(at: string) => CommandReceipt[]> {
  const commands = callersEvents(changes);
  if (commands.size === 0) return () => [];
  const receipts = await receiptsOf(
    ports,
    [...commands.values()].map(({ event }) => event),
  );
  const shown = [...commands].flatMap(([key, { event, stored }]): CommandReceipt[] => {
    const receipt = receipts.get(key);
    if (!receipt || (receipt.version ?? event.version) > stored) return [];
    return [{ ...receipt, version: receipt.version ?? event.version, appliedAt: receipt.appliedAt ?? event.at }];
  });
  return (at) => shown.map((receipt) => ({ ...receipt, status: 'VISIBLE', visibleAt: at }));
}
