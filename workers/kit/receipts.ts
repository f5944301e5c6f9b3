/** Telling callers what became of their commands: news of receipts on the live bus. */
import type { CommandReceipt } from '../../domain/messages.ts';
import { receiptVersion } from '../../domain/views/receipts.ts';
import type { LiveMessage } from '../../platform/live-bus/live-bus.ts';

export function receiptMessage(receipt: CommandReceipt, at: string): LiveMessage {
  return { tenant: receipt.tenant, kind: 'command', id: receipt.id, version: receiptVersion(receipt.status), at, events: [receipt.status] };
}
