/** What the inbox keeps of a command that was handled. */
import type { CommandEnvelope, CommandReceipt } from '../../domain/messages.ts';

type Ending =
  | { readonly status: 'APPLIED'; readonly unchanged?: true }
  | { readonly status: 'REJECTED' | 'DEAD_LETTERED'; readonly error: NonNullable<CommandReceipt['error']> };

/** `version`: the stream's after the command, undefined where it is not known. */
export function outcomeOf(envelope: CommandEnvelope, at: string, version: number | undefined, ending: Ending): CommandReceipt {
  return {
    tenant: envelope.tenant,
    id: envelope.id,
    streamId: envelope.streamId,
    type: envelope.command.type,
    fingerprint: envelope.fingerprint,
    lane: envelope.lane,
    acceptedAt: envelope.issuedAt,
    appliedAt: at,
    version,
    ...ending,
  };
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export const deadLettered = (envelope: CommandEnvelope, at: string, message: string): CommandReceipt =>
  outcomeOf(envelope, at, undefined, { status: 'DEAD_LETTERED', error: { code: 'INTERNAL', message } });

/** What every command on an erased lead comes to. */
export const foundErased = (envelope: CommandEnvelope, at: string): CommandReceipt =>
  outcomeOf(envelope, at, undefined, { status: 'REJECTED', error: { code: 'NOT_FOUND', message: `${envelope.streamId} was erased` } });
