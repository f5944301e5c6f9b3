/** Carries out commands: inbox check, decide, events and outcome in one transaction, then the offset. */
import type { CommandEnvelope, CommandReceipt } from '../../domain/messages.ts';
import { WriteConflictError } from '../../platform/event-store/event-store.ts';
import type { LogBatch } from '../../platform/log/log.ts';
import { commandTopic } from '../../platform/log/topics.ts';
import { decodeCommand } from '../../platform/messages/decode.ts';
import { consumeLanes, readRecords } from '../kit/consume-lanes.ts';
import { deadLetter } from '../kit/dead-letter.ts';
import { receiptMessage, receiptPut } from '../kit/receipts.ts';
import type { Role, WorkerPorts } from '../kit/role.ts';
import { WORKER_ACTOR_PREFIX } from '../kit/send-commands.ts';
import { decideBatch, type BatchResult } from './decide-batch.ts';

/** Commands in one transaction at the most: large enough to share a commit, small enough to retry. */
const BATCH_MAX = 500;
/** Lost races in a row before the batch goes back to the log's own retry. */
const CONFLICT_TRIES = 8;

async function transactBatch(ports: WorkerPorts, envelopes: readonly CommandEnvelope[], heartbeat: () => Promise<void>): Promise<BatchResult> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ports.eventStore.transact((tx) => decideBatch(tx, envelopes, ports.clock.now().toISOString()));
    } catch (error) {
      if (!(error instanceof WriteConflictError) || attempt === CONFLICT_TRIES) throw error;
      ports.logger.debug({ attempt }, 'somebody else wrote to the same leads; the batch is decided again');
      await heartbeat();
    }
  }
}

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

/** A command that was applied without an event changes no view: it is visible at once. */
function asShown(receipt: CommandReceipt, eventless: boolean): CommandReceipt {
  return receipt.status === 'APPLIED' && eventless ? { ...receipt, status: 'VISIBLE', visibleAt: receipt.appliedAt } : receipt;
}

async function handleBatch(ports: WorkerPorts, batch: LogBatch, group: string, count: (result: BatchResult) => void): Promise<void> {
  const readable = await readRecords(ports, group, batch.records, decodeCommand);
  if (readable.length === 0) return;
  const result = await transactBatch(
    ports,
    readable.map(({ value }) => value),
    () => batch.heartbeat(),
  );
  count(result);
  await deadLetter(
    ports,
    group,
    readable.flatMap(({ record, value }) => {
      const outcome = result.outcomes.get(value.id);
      return outcome?.status === 'DEAD_LETTERED' ? [{ record, reason: outcome.error?.message ?? 'unknown', attempts: 1 }] : [];
    }),
  );
  const receipts = readable.flatMap(({ value }) => {
    const outcome = result.outcomes.get(value.id);
    return outcome && !value.actor.id.startsWith(WORKER_ACTOR_PREFIX) ? [asShown(outcome, !result.changed.has(value.id))] : [];
  });
  await tellCallers(ports, receipts);
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
      handle: (batch, group) =>
        handleBatch(ports, batch, group, (result) => {
          totals.commands_total += result.outcomes.size;
          totals.events_total += result.eventCount;
        }),
    });
    return {
      stop: () => consumers.stop(),
      health: () => ({ ok: true, detail: `${totals.commands_total} commands handled`, facts: { ...totals, ...consumers.facts() } }),
    };
  },
};
