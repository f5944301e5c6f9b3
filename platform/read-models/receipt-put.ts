/** From a command's receipt to the view that callers ask for. */
import type { CommandReceipt } from '../../domain/messages.ts';
import { receiptVersion } from '../../domain/views/receipts.ts';
import type { StoredView, ViewPut } from './read-models.ts';

/** How long a receipt can be asked for; the inbox keeps the outcome for ever. */
export const RECEIPT_TTL_SECONDS = 7 * 24 * 3600;

export const receiptPut = (receipt: CommandReceipt): ViewPut => ({
  tenant: receipt.tenant,
  kind: 'command',
  id: receipt.id,
  version: receiptVersion(receipt.status),
  doc: JSON.stringify(receipt),
  index: null,
  ttlSeconds: RECEIPT_TTL_SECONDS,
});

/** Below every receipt's version. */
const MARK_VERSION = 0;
/** Keeps the command's id for a request whose command is on its way to the log. Nobody was told anything yet: it is no receipt. */
export const receiptMark = (receipt: CommandReceipt): ViewPut => ({ ...receiptPut(receipt), version: MARK_VERSION });
export const isReceiptMark = (view: StoredView): boolean => view.version === MARK_VERSION;
