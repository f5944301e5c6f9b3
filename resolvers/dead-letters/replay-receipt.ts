/**
 * The receipt of a command that is tried again. In the read models it goes forward only, so that the outcome DEAD_LETTERED stands there until a
 * later one comes, and a second DEAD_LETTERED never gets there: the inbox, asked through the origin, says what is true.
 */
import type { CommandEnvelope, CommandReceipt } from '../../domain/messages.ts';
import { acceptedReceipt, laterReceipt } from '../../domain/views/receipts.ts';
import type { RequestContext } from '../context.ts';
import { unavailable } from '../errors.ts';
import { readReceipts } from '../loaders/receipt-loader.ts';

/** Null where the command was never handled and nobody reserved its id. Throws ApiError (UNAVAILABLE) where the inbox cannot be asked. */
export async function latestReceipt({ ports, reads }: RequestContext, { tenant, id }: CommandEnvelope): Promise<CommandReceipt | null> {
  const [stored] = await readReceipts(ports, tenant, [id], reads);
  const known = stored instanceof Error ? null : (stored ?? null);
  if (known !== null && known.status !== 'ACCEPTED' && known.status !== 'DEAD_LETTERED') return known;
  const handled = await ports.origin.receipt(tenant, id).catch((error: unknown) => {
    throw unavailable('what became of the command cannot be read at the moment', error);
  });
  if (handled === null || known === null) return handled ?? known;
  // Of two of the same status the inbox has the newer one.
  return laterReceipt(handled, known);
}

/**
 * The receipt, where the outcome that is tried again (DEAD_LETTERED at `deadLetteredAt`) reads as what the command is by now: ACCEPTED, safe in
 * the log. Any other outcome is news.
 */
export function receiptSince(receipt: CommandReceipt | null, deadLetteredAt: string | null, command: CommandEnvelope): CommandReceipt {
  const isOpenAgain = receipt?.status === 'DEAD_LETTERED' && (receipt.appliedAt ?? null) === deadLetteredAt;
  return receipt === null || isOpenAgain ? acceptedReceipt(command) : receipt;
}

/** When the outcome DEAD_LETTERED was written that a replay is about; null where there is no such outcome. */
export const deadLetteredAtOf = (receipt: CommandReceipt | null): string | null => (receipt?.status === 'DEAD_LETTERED' ? (receipt.appliedAt ?? null) : null);
