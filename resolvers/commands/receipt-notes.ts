/**
 * Noting down that commands were accepted, behind the log's word. Those that come while a request is under way go together in the next one:
 * no answer waits for a request of its own, and a note by itself is a place in a list.
 */
import type { CommandReceipt } from '../../domain/messages.ts';
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
  let isOpen = retries;
  /** Neither written nor given up, without those in `late`. */
  let waiting = 0;
  let gathered: CommandReceipt[] = [];
  /** The request that what comes now will go with; all who wait for it share one promise. */
  let next: Promise<void> | undefined;
  let running = Promise.resolve();
  let late: CommandReceipt[] = [];
  let retry: ReturnType<typeof setTimeout> | undefined;

  const keepForLater = (receipts: readonly CommandReceipt[]): void => {
    if (!isOpen) return;
    late.push(...receipts);
    retry ??= setTimeout(() => {
      retry = undefined;
      const again = late;
      late = [];
      void add(again);
    }, RETRY_MS);
  };
  const put = async (receipts: readonly CommandReceipt[]): Promise<void> => {
    try {
      // A receipt that a worker has moved on by now is not taken back: its version is higher.
      await readModels.put(receipts.map(receiptPut));
    } catch (error) {
      logger.warn({ error: String(error), receipts: receipts.length }, 'receipts could not be written');
      keepForLater(receipts);
    } finally {
      waiting -= receipts.length;
    }
  };
  const putAll = async (receipts: readonly CommandReceipt[]): Promise<void> => {
    for (let at = 0; at < receipts.length; at += RECEIPTS_PER_REQUEST_MAX) await put(receipts.slice(at, at + RECEIPTS_PER_REQUEST_MAX));
  };
  const gather = async (): Promise<void> => {
    await Promise.all([running, new Promise((resolve) => setTimeout(resolve, GATHER_MS))]);
    const receipts = gathered;
    gathered = [];
    next = undefined;
    running = putAll(receipts);
    await running;
  };
  const add = (receipts: readonly CommandReceipt[]): Promise<void> => {
    waiting += receipts.length;
    gathered.push(...receipts);
    next ??= gather();
    return next;
  };
  const idle = (): Promise<void> => (next === undefined ? running : next.then(idle));
  return {
    note: (receipts) => (receipts.length === 0 || waiting + late.length + receipts.length > RECEIPTS_WAITING_MAX ? Promise.resolve() : add(receipts)),
    idle,
    async close() {
      isOpen = false;
      clearTimeout(retry);
      await idle();
    },
  };
}
