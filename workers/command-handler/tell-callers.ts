/** Telling callers what became of their commands: receipts into the read models, news of them on the live bus. */
import type { CommandEnvelope, CommandReceipt } from '../../domain/messages.ts';
import { receiptPut } from '../../platform/read-models/receipt-put.ts';
import { receiptMessage } from '../kit/receipts.ts';
import type { WorkerPorts } from '../kit/role.ts';
import { WORKER_ACTOR_PREFIX } from '../kit/send-commands.ts';

/** Workers have no receipts: nobody waits for their commands. */
export const isCallers = ({ actor }: CommandEnvelope): boolean => !actor.id.startsWith(WORKER_ACTOR_PREFIX);

/** Best effort, as the inbox holds the truth and the origin answers from it: what cannot be told here is logged and not waited for. */
export async function tellCallers(ports: Pick<WorkerPorts, 'readModels' | 'liveBus' | 'clock' | 'logger'>, receipts: readonly CommandReceipt[]): Promise<void> {
  if (receipts.length === 0) return;
  const at = ports.clock.now().toISOString();
  try {
    await ports.readModels.put(receipts.map(receiptPut));
    await ports.liveBus.publish(receipts.map((receipt) => receiptMessage(receipt, at)));
  } catch (error) {
    ports.logger.warn({ error, receipts: receipts.length }, 'receipts could not be shown; the inbox answers for them');
  }
}
