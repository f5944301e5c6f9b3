/** Receipts, and what can be asked of them. */
import { isId } from '../../domain/ids.ts';
import type { Lead } from '../../domain/lead/lead.ts';
import type { CommandReceipt } from '../../domain/messages.ts';
import { isSettled } from '../../domain/views/receipts.ts';
import type { RequestContext } from '../context.ts';
import type { Wait } from './command.ts';

/** True where the receipt is what the caller waits for, or can never become that. */
export const hasReached = (receipt: CommandReceipt, wait: Wait): boolean =>
  wait === 'ACCEPTED' || isSettled(receipt.status) || (wait === 'APPLIED' && receipt.status === 'APPLIED');
const isDone = ({ status }: CommandReceipt): boolean => status === 'APPLIED' || status === 'VISIBLE';

export const receiptById = (context: RequestContext, id: string): Promise<CommandReceipt | null> => context.loaders.command(id);

/** The consistency token for the change; null until it is applied. */
export async function tokenOf({ shared }: RequestContext, receipt: CommandReceipt): Promise<string | null> {
  const { tenant, streamId, version } = receipt;
  return version === undefined || !isDone(receipt) ? null : shared.tokens.sign(tenant, { streamId, version });
}

/** The lead, not older than the change. */
export async function changedLead({ loaders }: RequestContext, receipt: CommandReceipt): Promise<Lead | null> {
  const { streamId, version } = receipt;
  if (!isId('lead', streamId) || !isDone(receipt)) return null;
  if (version !== undefined) loaders.require({ streamId, version });
  return loaders.lead(streamId);
}
