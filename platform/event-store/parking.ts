/**
 * Commands that could not be carried out yet, kept in the write model by stream: the first of each line waits for its time, the later ones
 * wait behind it. Times are the database's: clocks of processes may differ or jump.
 */
import type { CommandId, StreamId, TenantId } from '../../domain/ids.ts';
import type { Lane } from '../../domain/messages.ts';

/** Where in the log a command stood. */
export interface LogPlace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly appendedAtMs: number;
}

interface Parked {
  readonly tenant: TenantId;
  readonly streamId: StreamId;
  readonly commandId: CommandId;
  readonly lane: Lane;
  /** The envelope's text, as it stood in the log. */
  readonly envelope: string;
  readonly place: LogPlace;
  /** Rounds of tries that failed so far; 0 for one that only waits. */
  readonly attempts: number;
  /** Why it waits, for operators. */
  readonly lastError: string;
}

/** A command to be put at the end of its stream's line. One that is parked already stays where it is. */
export interface CommandToPark extends Parked {
  /** From now; it is never due before those in front of it. */
  readonly dueInMs: number;
}

export interface ParkedCommand extends Parked {
  /** The place in its stream's line. */
  readonly seq: string;
  /** ISO 8601 UTC, when it was parked. */
  readonly firstFailedAt: string;
  /** Since then. */
  readonly waitedMs: number;
}

/** A parked command by its place. */
export type ParkedRef = Pick<ParkedCommand, 'tenant' | 'streamId' | 'seq'>;

/** A later time for a stream's line: nothing of it is tried before. */
export interface Postponement extends ParkedRef {
  /** Of the command that failed. */
  readonly attempts: number;
  readonly lastError: string;
  readonly dueInMs: number;
}

/** A stream whose line is due. */
export interface DueLine {
  readonly tenant: TenantId;
  readonly streamId: StreamId;
  /** How long the first of the line has waited. */
  readonly waitedMs: number;
}

/** What a transaction changes in the lines. */
export interface ParkingWork {
  readonly parked?: readonly CommandToPark[];
  readonly postponed?: readonly Postponement[];
  /** Those that have their outcome now. */
  readonly unparked?: readonly ParkedRef[];
  /** Streams whose lines are due at once. */
  readonly woken?: readonly { readonly tenant: TenantId; readonly streamId: StreamId }[];
}
