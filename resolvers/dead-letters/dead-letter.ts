/** One dead letter. */
import type { DeadLetterId } from '../../domain/ids.ts';
import { isId } from '../../domain/ids.ts';
import type { CommandReceipt, Lane } from '../../domain/messages.ts';
import type { DeadLetter } from '../../platform/dead-letters/dead-letters.ts';
import { laneOfTopic } from '../../platform/log/topics.ts';
import type { JudgedDeadLetter } from '../../platform/origin/origin.ts';
import type { RequestContext } from '../context.ts';
import { unavailable } from '../errors.ts';

export type { DeadLetter };

/** Null where the tenant has none of that id. Throws ApiError (UNAVAILABLE). The caller's authority was checked. */
export async function readDeadLetter({ ports, identity }: RequestContext, id: DeadLetterId): Promise<JudgedDeadLetter | null> {
  try {
    return await ports.origin.deadLetter(identity.tenant, id);
  } catch (error) {
    throw unavailable('dead letters cannot be read at the moment', error);
  }
}

/** Of the topic that it stood in; a command's or an event's. */
export const laneOfLetter = ({ original }: DeadLetter): Lane | null => laneOfTopic(original.topic);
export const leadOfLetter = ({ streamId }: DeadLetter): string | null => (streamId !== null && isId('lead', streamId) ? streamId : null);
export const appendedAt = ({ original }: DeadLetter): string => new Date(original.appendedAtMs).toISOString();

/** What became of its command since; null where it is of none, or of one that was never handled. */
export async function receiptOfLetter({ loaders }: RequestContext, { commandId }: DeadLetter): Promise<CommandReceipt | null> {
  return commandId === null ? null : loaders.command(commandId);
}
