/** From a command's receipt to the view that callers ask for. */
import type { CommandReceipt } from '../../domain/messages.ts';
import { receiptVersion } from '../../domain/views/receipts.ts';
import type { ViewPut } from './read-models.ts';

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
