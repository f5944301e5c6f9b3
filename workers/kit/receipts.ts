/** Telling callers what became of their commands: receipts in the read models, and news of them on the live bus. */
import type { CommandReceipt } from '../../domain/messages.ts';
import { receiptVersion } from '../../domain/views/receipts.ts';
import type { LiveMessage } from '../../platform/live-bus/live-bus.ts';
import type { ViewPut } from '../../platform/read-models/read-models.ts';

/** How long a receipt can be asked for; the inbox keeps the outcome for ever. */
export const RECEIPT_TTL_SECONDS = 7 * 24 * 3600;

export function receiptPut(receipt: CommandReceipt): ViewPut {
  return {
    tenant: receipt.tenant,
    kind: 'command',
    id: receipt.id,
    version: receiptVersion(receipt.status),
    doc: JSON.stringify(receipt),
    index: null,
    ttlSeconds: RECEIPT_TTL_SECONDS,
  };
}

export function receiptMessage(receipt: CommandReceipt, at: string): LiveMessage {
  return { tenant: receipt.tenant, kind: 'command', id: receipt.id, version: receiptVersion(receipt.status), at, events: [receipt.status] };
}
