/** Carries out commands: inbox check, decide, events and outcome in one transaction, then the offset. */
import type { CommandReceipt } from '../../domain/messages.ts';
import { commandKey } from '../../platform/event-store/event-store.ts';
import type { LogBatch } from '../../platform/log/log.ts';
import { commandTopic } from '../../platform/log/topics.ts';
import { decodeCommand } from '../../platform/messages/decode.ts';
import { consumeLanes, readRecords } from '../kit/consume-lanes.ts';
import { deadLetter } from '../kit/dead-letter.ts';
import { receiptMessage } from '../kit/receipts.ts';
import { receiptPut } from '../../platform/read-models/receipt-put.ts';
import type { Role, WorkerPorts } from '../kit/role.ts';
import { WORKER_ACTOR_PREFIX } from '../kit/send-commands.ts';
import { carryOut } from './carry-out.ts';
import type { BatchResult } from './decide-batch.ts';

/** Commands in one transaction at the most: large enough to share a commit, small enough to retry. */
const BATCH_MAX = 500;

/** Best effort, as the inbox holds the truth and the origin answers from it: what cannot be told here is logged and not waited for. */
async function tellCallers(ports: WorkerPorts, receipts: readonly CommandReceipt[]): Promise<void> {
  if (receipts.length === 0) return;
  const at = ports.clock.now().toISOString();
  try {
    await ports.readModels.put(receipts.map(receiptPut));
    await ports.liveBus.publish(receipts.map((receipt) => receiptMessage(receipt, at)));
  } catch (error) {
    ports.logger.warn({ error, receipts: receipts.length }, 'receipts could not be shown; the inbox answers for them');
  }
}

async function handleBatch(ports: WorkerPorts, batch: LogBatch, group: string): Promise<BatchResult | null> {
  const { readable, unreadable } = readRecords(batch.records, decodeCommand);
  const envelopes = readable.map(({ value }) => value);
  const result = envelopes.length > 0 ? await carryOut(ports, envelopes, batch.signal) : null;
  const refused = readable.flatMap(({ record, value }) => {
    const outcome = result?.outcomes.get(commandKey(value));
    return outcome?.status === 'DEAD_LETTERED' ? [{ record, reason: outcome.error?.message ?? 'unknown', attempts: 1 }] : [];
  });
  // Last, so that a batch that comes again for another reason does not put the same records aside again and again.
  await deadLetter(ports, group, [...unreadable, ...refused]);
  const callers = envelopes.filter(({ actor }) => !actor.id.startsWith(WORKER_ACTOR_PREFIX)).map(commandKey);
  await tellCallers(
    ports,
    [...new Set(callers)].flatMap((key) => result?.outcomes.get(key) ?? []),
  );
  return result;
}

export const commandHandlerRole: Role = {
  name: 'command-handler',
  async start(ports) {
    const totals = { commands_total: 0, events_total: 0 };
    const consumers = await consumeLanes({
      ports,
      role: 'command-handler',
      topicOf: commandTopic,
      recordsMax: BATCH_MAX,
      async handle(batch, group) {
        const result = await handleBatch(ports, batch, group);
        totals.commands_total += result?.handled ?? 0;
        totals.events_total += result?.eventCount ?? 0;
      },
    });
    return {
      stop: () => consumers.stop(),
      health: () => consumers.health(`${totals.commands_total} commands handled`, totals),
    };
  },
};
