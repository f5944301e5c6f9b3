/** A command's receipt on its way: it goes forward only, whoever moves it and however often. */
import type { CommandEnvelope, CommandReceipt, CommandStatus, Rejection } from '../messages.ts';

/**
 * The order of the statuses, and the version of the receipt's view. A dead letter may be replayed, so it comes before APPLIED;
 * REJECTED is the end of the other way: a command that was rejected was never applied.
 */
const RANKS: Readonly<Record<CommandStatus, number>> = { ACCEPTED: 1, DEAD_LETTERED: 2, APPLIED: 3, VISIBLE: 4, REJECTED: 5 };
export const receiptVersion = (status: CommandStatus): number => RANKS[status];

/** True where nothing but a replay can change it any more. */
export const isSettled = (status: CommandStatus): boolean => status !== 'ACCEPTED' && status !== 'APPLIED';

export const acceptedReceipt = ({ tenant, id, streamId, command, fingerprint, lane, issuedAt }: CommandEnvelope): CommandReceipt => ({
  tenant,
  id,
  streamId,
  type: command.type,
  fingerprint,
  status: 'ACCEPTED',
  lane,
  acceptedAt: issuedAt,
});

/** `version`: the stream's, after the command. */
export const receiptApplied = (receipt: CommandReceipt, at: string, version: number): CommandReceipt =>
  forward(receipt, { status: 'APPLIED', appliedAt: at, version, error: undefined });

/** Every gateway serves the change. */
export const receiptVisible = (receipt: CommandReceipt, at: string): CommandReceipt => forward(receipt, { status: 'VISIBLE', visibleAt: at });

export const receiptRejected = (receipt: CommandReceipt, error: Rejection): CommandReceipt => forward(receipt, { status: 'REJECTED', error });

/** `message` is for people, without inner details. */
export const receiptDeadLettered = (receipt: CommandReceipt, message: string): CommandReceipt =>
  forward(receipt, { status: 'DEAD_LETTERED', error: { code: 'INTERNAL', message } });

/** The later of two receipts of one command. */
export const laterReceipt = (a: CommandReceipt, b: CommandReceipt): CommandReceipt => (receiptVersion(b.status) > receiptVersion(a.status) ? b : a);

type Step = Partial<CommandReceipt> & Pick<CommandReceipt, 'status'>;
const forward = (receipt: CommandReceipt, step: Step): CommandReceipt =>
  receiptVersion(step.status) > receiptVersion(receipt.status) ? { ...receipt, ...step } : receipt;
