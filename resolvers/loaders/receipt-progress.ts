/**
 * Receipts are moved on by the workers' news, and news can be lost: a worker died behind its commit, the read models were away or were rebuilt.
 * A receipt that has not moved for a while is held against what is true: the inbox says whether it was handled, the view whether it shows.
 */
import { kindOfId } from '../../domain/ids.ts';
import type { CommandReceipt } from '../../domain/messages.ts';
import { isSettled, laterReceipt, receiptVisible } from '../../domain/views/receipts.ts';
import type { GatewayPorts } from '../ports.ts';

type Ports = Pick<GatewayPorts, 'readModels' | 'origin' | 'logger' | 'clock'>;

/** News take milliseconds; after this long without any they are looked for. */
const STALLED_MS = 1_000;

/** The receipt as it truly is, as far as that can be known now. Never rejects. */
export async function caughtUp(ports: Ports, receipt: CommandReceipt): Promise<CommandReceipt> {
  const nowMs = ports.clock.now().getTime();
  const movedAtMs = Date.parse(receipt.appliedAt ?? receipt.acceptedAt);
  if (isSettled(receipt.status) || nowMs - movedAtMs < STALLED_MS) return receipt;
  try {
    const handled = receipt.status === 'ACCEPTED' ? await ports.origin.receipt(receipt.tenant, receipt.id) : receipt;
    if (handled === null) return receipt;
    const latest = laterReceipt(receipt, handled);
    return latest.status === 'APPLIED' && (await isShown(ports, latest)) ? receiptVisible(latest, new Date(nowMs).toISOString()) : latest;
  } catch (error) {
    ports.logger.warn({ error, command: receipt.id }, 'it cannot be looked up how far a command came; its receipt is shown as it is known');
    return receipt;
  }
}

async function isShown({ readModels }: Ports, { tenant, streamId, version }: CommandReceipt): Promise<boolean> {
  const kind = kindOfId(streamId);
  if (version === undefined || kind === null || kind === 'command') return false;
  const [view] = await readModels.get([{ tenant, kind, id: streamId }]);
  return view != null && view.version >= version;
}
