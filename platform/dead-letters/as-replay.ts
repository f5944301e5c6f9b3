/** A command that was a dead letter, on its way once more. */
import type { DeadLetterId } from '../../domain/ids.ts';
import type { CommandEnvelope } from '../../domain/messages.ts';

export type ReplayEnvelope = CommandEnvelope & { readonly replay: NonNullable<CommandEnvelope['replay']> };

/** The same command (id, fingerprint, lane, time, actor), which says that it was put aside as `letter` and that `by` had it tried again. */
export const asReplay = (command: CommandEnvelope, letter: DeadLetterId, by: string): ReplayEnvelope => ({ ...command, replay: { letter, by } });
