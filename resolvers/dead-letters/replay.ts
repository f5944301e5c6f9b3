/** Has the command of a dead letter tried again: the same command, on the way that all commands go. */
import { isDeadLetterId } from '../../domain/ids.ts';
import type { CommandReceipt } from '../../domain/messages.ts';
import { asReplay, type ReplayEnvelope } from '../../platform/dead-letters/as-replay.ts';
import { startAcceptance, type Acceptance } from '../commands/acceptance.ts';
import type { CommandOptions, Wait } from '../commands/command.ts';
import { appendCommands } from '../commands/submit.ts';
import { watchReceipt } from '../commands/wait-for.ts';
import type { RequestContext } from '../context.ts';
import { ApiError, badInput } from '../errors.ts';
import { requireDeadLetterAuthority } from './authority.ts';
import { readDeadLetter } from './dead-letter.ts';
import { deadLetteredAtOf, latestReceipt, receiptSince } from './replay-receipt.ts';
import { replayRequest } from './replay-request.ts';

export interface ReplayInput {
  readonly id: string;
}

/**
 * The command's receipt: ACCEPTED once the log has the command again, or with `wait` what came of it. A command that was carried out since is not
 * sent again, and answers with its outcome. Throws ApiError: FORBIDDEN, BAD_USER_INPUT, NOT_FOUND, IDEMPOTENCY_CONFLICT, UNAVAILABLE,
 * and CONFLICT where the letter cannot be tried again.
 */
export async function replayDeadLetter(
  context: RequestContext,
  { id }: ReplayInput,
  { idempotencyKey, wait }: Pick<CommandOptions, 'idempotencyKey' | 'wait'>,
): Promise<CommandReceipt> {
  requireDeadLetterAuthority(context);
  const acceptance = startAcceptance(context.shared.timing.acceptanceMs);
  try {
    return await tryAgain(context, id, idempotencyKey, wait ?? 'ACCEPTED', acceptance);
  } finally {
    acceptance.end();
  }
}

async function tryAgain(
  context: RequestContext,
  id: string,
  idempotencyKey: CommandOptions['idempotencyKey'],
  wait: Wait,
  acceptance: Acceptance,
): Promise<CommandReceipt> {
  const command = await acceptance.bound(replayable(context, id));
  const before = await acceptance.bound(latestReceipt(context, command));
  if (before !== null && before.fingerprint !== command.fingerprint) throw new ApiError('CONFLICT', `${id}: another command has its command id by now`);
  const { letter } = command.replay;
  const request = await acceptance.bound(replayRequest(context, idempotencyKey, { letter, deadLetteredAt: deadLetteredAtOf(before) }));
  const told = (receipt: CommandReceipt | null): CommandReceipt => receiptSince(receipt, request.deadLetteredAt, command);
  const send = async (): Promise<CommandReceipt> => {
    if (!request.sent && isOpen(before)) {
      await appendCommands(context, [command], acceptance);
      await request.remember();
    }
    return told(before);
  };
  if (wait === 'ACCEPTED') return send();
  // Before it is sent, so that no news are missed. What cannot be read is no news.
  const watch = await watchReceipt(context, command, (known) => latestReceipt(context, command).then(told, () => known));
  try {
    return await watch.until(await send(), wait);
  } finally {
    watch.stop();
  }
}

async function replayable(context: RequestContext, id: string): Promise<ReplayEnvelope> {
  if (!isDeadLetterId(id)) throw badInput('id is the id of a dead letter (dead_…)', 'input.id');
  const found = await readDeadLetter(context, id);
  if (found === null) throw new ApiError('NOT_FOUND', `there is no dead letter ${id}`, { field: 'input.id' });
  if ('refusal' in found.replay) throw new ApiError('CONFLICT', `${id} cannot be tried again: ${found.replay.refusal}`, { field: 'input.id' });
  return asReplay(found.replay.command, id, context.identity.subject);
}

/** True where the inbox would take it: no outcome yet, or DEAD_LETTERED. */
const isOpen = (receipt: CommandReceipt | null): boolean => receipt === null || receipt.status === 'ACCEPTED' || receipt.status === 'DEAD_LETTERED';
