/**
 * Noting down that commands were accepted, behind the log's word. Those that come while a request is under way go together in the next one:
 * no answer waits for a request of its own.
 */
import type { CommandReceipt } from '../../domain/messages.ts';
import { createBatcher } from '../../platform/log/table/batcher.ts';
import { receiptPut } from '../../platform/read-models/receipt-put.ts';
import type { GatewayPorts } from '../ports.ts';

export interface ReceiptNotes {
  /** Resolves once the receipts can be asked for, or could not be written; then they are written as soon as that can be done. Never rejects. */
  note(receipts: readonly CommandReceipt[]): Promise<void>;
  /** Resolves when nothing is on its way but what is tried again. */
  idle(): Promise<void>;
  /** Ends all further tries; resolves when nothing is on its way. */
  close(): Promise<void>;
}

const RECEIPTS_PER_REQUEST_MAX = 500;
/** How long a note waits for others: no answer waits for it, and a request for each costs more than anything else about them. */
const GATHER_MS = 10;
/** While the read models are away, what comes beyond these is left to the workers, who write receipts when commands are handled. */
const RECEIPTS_WAITING_MAX = 20_000;
/** Between two tries to write what could not be written: whoever overtook its lead's creation waits for the receipt of that. */
const RETRY_MS = 250;

/** `retries` false: what cannot be written at once is left to the workers. */
export function createReceiptNotes({ readModels, logger }: Pick<GatewayPorts, 'readModels' | 'logger'>, { retries = true } = {}): ReceiptNotes {
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
  let isOpen = retries;
  let waiting = 0;
  let late: CommandReceipt[] = [];
  let retry: ReturnType<typeof setTimeout> | undefined;
  const keepForLater = (receipts: readonly CommandReceipt[]): void => {
    if (!isOpen) return;
    late.push(...receipts);
    retry ??= setTimeout(() => {
      retry = undefined;
      const again = late;
      late = [];
      void write(again);
    }, RETRY_MS);
  };
  const write = async (receipts: readonly CommandReceipt[]): Promise<void> => {
    waiting += receipts.length;
    try {
      for (let at = 0; at < receipts.length; at += RECEIPTS_PER_REQUEST_MAX) await batcher.add(receipts.slice(at, at + RECEIPTS_PER_REQUEST_MAX));
    } catch (error) {
      logger.warn({ error: String(error), receipts: receipts.length }, 'receipts could not be written');
      keepForLater(receipts);
    } finally {
      waiting -= receipts.length;
    }
  };
  return {
    async note(receipts) {
      if (receipts.length === 0 || waiting + late.length + receipts.length > RECEIPTS_WAITING_MAX) return;
      await write(receipts);
    },
    idle: () => batcher.idle(),
    async close() {
      isOpen = false;
      clearTimeout(retry);
      await batcher.idle();
    },
  };
}
