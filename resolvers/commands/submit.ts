/** Takes a command in: keeps its id, puts it into the log, and answers with the receipt. */
import type { CommandEnvelope, CommandReceipt } from '../../domain/messages.ts';
import { acceptedReceipt } from '../../domain/views/receipts.ts';
import { commandRecord } from '../../platform/messages/command-record.ts';
import { receiptMark } from '../../platform/read-models/receipt-put.ts';
import type { RequestContext } from '../context.ts';
import { conflictingKey } from '../errors.ts';
import { within } from '../within.ts';
import { notTaken, startAcceptance, type Acceptance } from './acceptance.ts';
import { requireAuthority } from './authority.ts';
import { buildEnvelope } from './build-envelope.ts';
import type { CommandDefinition, CommandOptions } from './command.ts';
import { watchReceipt } from './wait-for.ts';

/**
 * Throws ApiError: FORBIDDEN, BAD_USER_INPUT, IDEMPOTENCY_CONFLICT, or UNAVAILABLE where the log did not take it in time (it may have: repeat
 * with the same key).
 */
export async function submitCommand<Input>(
  context: RequestContext,
  definition: CommandDefinition<Input>,
  input: Input,
  options: CommandOptions,
): Promise<CommandReceipt> {
  requireAuthority(context, definition);
  const acceptance = startAcceptance(context.shared.timing.acceptanceMs);
  try {
    const envelope = await acceptance.bound(buildEnvelope(context, definition, input, options));
    const take = (): Promise<CommandReceipt> => accept(context, envelope, options.idempotencyKey != null, acceptance);
    const wait = options.wait ?? 'ACCEPTED';
    if (wait === 'ACCEPTED') return await take();
    const watch = await watchReceipt(context, envelope); // Before it is sent, so that no news are missed.
    try {
      return await watch.until(await take(), wait);
    } finally {
      watch.stop();
    }
  } finally {
    acceptance.end();
  }
}

/** The receipt of a command that is safely in the log, or was handled before. */
async function accept(context: RequestContext, envelope: CommandEnvelope, isKeyed: boolean, acceptance: Acceptance): Promise<CommandReceipt> {
  const accepted = acceptedReceipt(envelope);
  // Nobody else can have an id that was made a moment ago.
  const receipt = isKeyed ? await acceptance.bound(keepId(context, accepted)) : accepted;
  if (receipt.fingerprint !== envelope.fingerprint) return await acceptance.bound(firstUnder(context, envelope, receipt));
  if (receipt.status !== 'ACCEPTED') return receipt;
  // It may be there by an earlier request already: sent once more, the inbox makes it one.
  await appendCommands(context, [envelope], acceptance);
  // Whoever asks for it meanwhile waits for the note: of a kept id there is a mark, and a new one says by itself how new it is.
  void context.shared.receipts.note([receipt]);
  return receipt;
}

/** What stands under the command's id: the mark of this request, or what an earlier one came to. */
async function keepId({ ports, requestId, shared }: RequestContext, receipt: CommandReceipt): Promise<CommandReceipt> {
  try {
    const { doc } = await within(shared.timing.lookupMs, ports.readModels.putIfAbsent(receiptMark(receipt)));
    return JSON.parse(doc) as CommandReceipt;
  } catch (error) {
    ports.logger.warn({ requestId, error: String(error) }, 'a command id could not be kept; the inbox decides');
    return receipt;
  }
}

/**
 * What the id is, where another request stands under it: its receipt where this one was first after all. One that was only accepted may stand there because
 * the read models lost what did before it: the inbox remembers.
 */
async function firstUnder({ ports }: RequestContext, { tenant, id, fingerprint }: CommandEnvelope, other: CommandReceipt): Promise<CommandReceipt> {
  const handled = other.status === 'ACCEPTED' ? await ports.origin.receipt(tenant, id).catch((error: unknown) => Promise.reject(notTaken(error))) : other;
  if (handled?.fingerprint !== fingerprint) throw conflictingKey();
  return handled;
}

/** Durable once resolved. Throws ApiError (UNAVAILABLE). */
export async function appendCommands({ ports, requestId }: RequestContext, envelopes: readonly CommandEnvelope[], acceptance: Acceptance): Promise<void> {
  try {
    await acceptance.bound(ports.log.append(envelopes.map(commandRecord), { signal: acceptance.signal }));
  } catch (error) {
    ports.logger.error({ requestId, commands: envelopes.length, error: String(error) }, 'the log did not take commands');
    throw notTaken(error);
  }
}
