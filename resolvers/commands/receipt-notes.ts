/**
 * Noting down that commands were accepted, behind the log's word. Those that come while a request is under way go together in the next one:
 * no answer waits for a request of its own.
 */
import type { CommandReceipt } from '../../domain/messages.ts';
import { createBatcher } from '../../platform/log/table/batcher.ts';
import { receiptPut } from '../../platform/read-models/receipt-put.ts';
import type { GatewayPorts } from '../ports.ts';

export interface ReceiptNotes {
  /** Resolves once the receipts can be asked for, or could not be written (the workers write them when the commands are handled). Never rejects. */
  note(receipts: readonly CommandReceipt[]): Promise<void>;
  /** Resolves when nothing is on its way. */
  idle(): Promise<void>;
}

const RECEIPTS_PER_REQUEST_MAX = 500;
/** How long a note waits for others: no answer waits for it, and a request for each costs more than anything else about them. */
const GATHER_MS = 10;
/** While the read models hang, what comes beyond these is left to the workers. */
const RECEIPTS_WAITING_MAX = 20_000;

export function createReceiptNotes({ readModels, logger }: Pick<GatewayPorts, 'readModels' | 'logger'>): ReceiptNotes {
  const batcher = createBatcher<readonly CommandReceipt[], void>({
    gather: () => new Promise((resolve) => setTimeout(resolve, GATHER_MS)),
    sizeMax: RECEIPTS_PER_REQUEST_MAX,
    sizeOf: (receipts) => receipts.length,
    async flush(groups) {
      // A receipt that a worker has moved on by now is not taken back: its version is higher.
      await readModels.put(groups.flat().map(receiptPut));
      return groups.map(() => undefined);
    },
  });
  let waiting = 0;
  return {
    async note(receipts) {
      if (receipts.length === 0 || waiting + receipts.length > RECEIPTS_WAITING_MAX) return;
      waiting += receipts.length;
      try {
        await batcher.add(receipts);
      } catch (error) {
        logger.warn({ error: String(error), receipts: receipts.length }, 'receipts could not be written; the workers write them when the commands are handled');
      } finally {
        waiting -= receipts.length;
      }
    },
    idle: () => batcher.idle(),
  };
}
