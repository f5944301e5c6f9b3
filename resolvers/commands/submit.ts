/** Takes a command in: reserves its id, puts it into the log, and answers with the receipt. */
import type { CommandEnvelope, CommandReceipt } from '../../domain/messages.ts';
import { acceptedReceipt } from '../../domain/views/receipts.ts';
import { commandTopic, recordKey } from '../../platform/log/topics.ts';
import { encodeCommand } from '../../platform/messages/encode.ts';
import type { LogRecord } from '../../platform/log/log.ts';
import type { RequestContext } from '../context.ts';
import { conflictingKey, unavailable } from '../errors.ts';
import { requireAuthority } from './authority.ts';
import { buildEnvelope } from './build-envelope.ts';
import type { CommandDefinition, CommandOptions } from './command.ts';
import { receiptPut } from '../../platform/read-models/receipt-put.ts';
import { watchReceipt } from './wait-for.ts';

/** Throws ApiError: FORBIDDEN, BAD_USER_INPUT, IDEMPOTENCY_CONFLICT, or UNAVAILABLE where the log did not take it (it may have: repeat with the same key). */
export async function submitCommand<Input>(
  context: RequestContext,
  definition: CommandDefinition<Input>,
  input: Input,
  options: CommandOptions,
): Promise<CommandReceipt> {
  requireAuthority(context, definition);
  const envelope = await buildEnvelope(context, definition, input, options);
  const wait = options.wait ?? 'ACCEPTED';
  if (wait === 'ACCEPTED') return accept(context, envelope);
  const watch = await watchReceipt(context, envelope); // Before it is sent, so that no news are missed.
  try {
    return await watch.until(await accept(context, envelope), wait);
  } finally {
    watch.stop();
  }
}

/** The receipt of a command that is safely in the log, or was handled before. */
async function accept(context: RequestContext, envelope: CommandEnvelope): Promise<CommandReceipt> {
  const receipt = await reserve(context, acceptedReceipt(envelope));
  if (receipt.fingerprint !== envelope.fingerprint) throw conflictingKey();
  // ACCEPTED may be a reservation whose sender died before the log had it: sent once more, the inbox makes it one.
  if (receipt.status === 'ACCEPTED') await appendCommands(context, [envelope]);
  return receipt;
}

/** The receipt that stands under the command's id: this one, or that of an earlier request. */
async function reserve({ ports, requestId }: RequestContext, receipt: CommandReceipt): Promise<CommandReceipt> {
  try {
    return JSON.parse((await ports.readModels.putIfAbsent(receiptPut(receipt))).doc) as CommandReceipt;
  } catch (error) {
    ports.logger.warn({ requestId, error: String(error) }, 'a command id could not be reserved; the inbox decides');
    return receipt;
  }
}

const recordOf = (envelope: CommandEnvelope): LogRecord => ({
  topic: commandTopic(envelope.lane),
  key: recordKey(envelope.tenant, envelope.streamId),
  value: encodeCommand(envelope),
});

/** Durable once resolved. Throws ApiError (UNAVAILABLE). */
export async function appendCommands({ ports, requestId }: RequestContext, envelopes: readonly CommandEnvelope[]): Promise<void> {
  try {
    await ports.log.append(envelopes.map(recordOf));
  } catch (error) {
    ports.logger.error({ requestId, commands: envelopes.length, error: String(error) }, 'the log did not take commands');
    throw unavailable('the change could not be taken in; send it again with the same idempotency key', error);
  }
}
