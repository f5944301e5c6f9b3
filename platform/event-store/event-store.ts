/** The write model: the event-sourced truth, with the inbox that makes a command take effect once. */
import type { CommandId, DeadLetterId, StreamId, TenantId } from '../../domain/ids.ts';
import type { CommandReceipt, Lane, RecordedEvent } from '../../domain/messages.ts';
import type { DeadLetter } from '../dead-letters/dead-letters.ts';
import type { DueLine, ParkedCommand, ParkingWork } from './parking.ts';

export interface StreamRef {
  readonly tenant: TenantId;
  readonly streamId: StreamId;
}
/** A map key for a stream. */
export const streamKey = (ref: StreamRef): string => `${ref.tenant}:${ref.streamId}`;

/** A map key for a command: ids of two tenants may be alike. */
export const commandKey = (ref: { readonly tenant: TenantId; readonly id: CommandId }): string => `${ref.tenant}:${ref.id}`;

/** What the inbox keeps of a command that was handled: the receipt as of its commit (APPLIED, REJECTED or DEAD_LETTERED). */
export type CommandOutcome = CommandReceipt;

export interface StreamAppend extends StreamRef {
  /** The version before these events; 0 for a new stream. */
  readonly expectedVersion: number;
  readonly events: readonly RecordedEvent[];
  /** True where these events end in an erasure: the stream's key is destroyed and every earlier event becomes unreadable. */
  readonly erases: boolean;
}

/** A value that one stream may own within a tenant (an email). Only its digest is stored. */
export interface UniqueClaim extends StreamRef {
  readonly name: 'lead-email';
  /** The value to own from now on; null gives it up. */
  readonly value: string | null;
}

/** What one transaction of the command handler writes. */
export interface EventStoreWork extends ParkingWork {
  /** Where one of them erases a lead, the dead letters about it lose what they quote, in the same transaction. */
  readonly appends: readonly StreamAppend[];
  readonly claims: readonly UniqueClaim[];
  readonly outcomes: readonly CommandOutcome[];
  /** Outcomes of replayed commands: each takes the place of one that is DEAD_LETTERED, or of none, and the letter says that it was replayed. */
  readonly replayed?: readonly { readonly outcome: CommandOutcome; readonly letter: DeadLetterId; readonly by: string }[];
  readonly letters?: readonly DeadLetter[];
}

/** One atomic piece of work of the command handler. */
export interface EventStoreTransaction {
  /** The outcomes of those of the commands that were handled before. Keys: commandKey. */
  findOutcomes(refs: readonly { readonly tenant: TenantId; readonly id: CommandId }[]): Promise<Map<string, CommandOutcome>>;
  /** All events of each stream in version order; streams that are not there are missing from the map. Keys: streamKey. */
  loadStreams(refs: readonly StreamRef[]): Promise<Map<string, readonly RecordedEvent[]>>;
  /** Who owns each value now. Keys: `${tenant}:${value}`. */
  findOwners(name: UniqueClaim['name'], values: readonly { readonly tenant: TenantId; readonly value: string }[]): Promise<Map<string, StreamId>>;
  /** Which of the streams have parked commands. Keys: streamKey. */
  findParked(refs: readonly StreamRef[]): Promise<ReadonlySet<string>>;
  /**
   * The line of the stream from its front, `limit` of it at the most, held until this transaction ends; empty where its first is not due or
   * somebody else holds it.
   */
  takeParked(ref: StreamRef, limit: number): Promise<readonly ParkedCommand[]>;
  /** The whole lines of these streams, due or not; waits for whoever holds one. */
  lockParked(refs: readonly StreamRef[]): Promise<readonly ParkedCommand[]>;
  /**
   * Writes everything: events (compare and set on each stream's version), claims, the outcome of each command into the inbox by INSERT, and
   * what it changes in the lines and the dead letters.
   * Throws WriteConflictError, with nothing written, where a version moved, a value was taken or a command was handled meanwhile.
   */
  write(work: EventStoreWork): Promise<void>;
}

/** A place in the order of commits, opaque text; '' is before the first event. */
export type Position = string;

export interface Backlog {
  /** By lane, when the command that led to the oldest event behind the position was issued; null where there is none. */
  readonly oldestAt: Readonly<Record<Lane, string | null>>;
  /** How long the oldest transaction that writes has been running, milliseconds: readers see nothing that committed since. 0 where none runs. */
  readonly heldBackMs: number;
}

export interface TransactOptions {
  /**
   * A promise that every event it writes is of the cold lane, so that readers of the other lanes need not wait for it. A write that breaks it
   * throws, with nothing written. Default: nothing is promised.
   */
  readonly coldOnly?: boolean | undefined;
}

export interface EventStore {
  /** Runs `work` in one transaction; commits when it resolves, else rolls back. Does not retry. */
  transact<T>(work: (tx: EventStoreTransaction) => Promise<T>, options?: TransactOptions): Promise<T>;
  findOutcome(tenant: TenantId, id: CommandId): Promise<CommandOutcome | null>;
  /**
   * Outcomes of commands that left no event (REJECTED, DEAD_LETTERED, APPLIED where everything was so already) and were handled since then, in a stable order.
   * `after` is the last commandKey of the page before, '' to begin.
   */
  listEventless(since: Date, after: string, limit: number): Promise<readonly CommandOutcome[]>;
  loadStreams(refs: readonly StreamRef[]): Promise<Map<string, readonly RecordedEvent[]>>;
  /** Lines of parked commands that are due, the longest overdue first, `limit` at the most; and when the next one will be (0 where there are more). */
  dueLines(limit: number): Promise<{ readonly due: readonly DueLine[]; readonly nextInMs: number | null }>;
  /** Those of the streams that another transaction is writing to at this moment. Keys: streamKey. */
  findLocked(refs: readonly StreamRef[]): Promise<ReadonlySet<string>>;
  /**
   * Events in commit order behind `after`, of one lane where one is given; never one that a transaction still running could precede (in that lane).
   * What one transaction wrote may be split between two pages.
   */
  readCommitted(after: Position, limit: number, lane?: Lane): Promise<{ readonly events: readonly RecordedEvent[]; readonly next: Position }>;
  /** How far readers of the lanes are behind these positions. */
  readBacklog(positions: Readonly<Record<Lane, Position>>): Promise<Backlog>;
  /** Streams of every tenant in a stable order, for rebuilding. `after` is the last key of the page before, '' to begin. */
  listStreams(after: string, limit: number): Promise<readonly (StreamRef & { readonly version: number })[]>;
  /** Where a named reader (the relay) is; '' where it never was. */
  loadCheckpoint(name: string): Promise<Position>;
  /** Moves a named reader from `expected`, the place that it knew, to `position`. False, with nothing changed, where it is elsewhere: somebody else moved it. */
  saveCheckpoint(name: string, position: Position, expected: Position): Promise<boolean>;
  /**
   * Resolves after events that the last readCommitted of that lane did not see may be there, or after `timeoutMs`, or when the signal aborts.
   * Never rejects. Each lane has one reader that waits, and so have all lanes together.
   */
  waitForEvents(timeoutMs: number, signal: AbortSignal, lane?: Lane): Promise<void>;
  check(): Promise<void>;
  close(): Promise<void>;
}

/** Somebody else was faster; load again and decide again. */
export class WriteConflictError extends Error {
  override readonly name = 'WriteConflictError';
}
/** The database refuses the data itself, whoever writes it and however often: too large, or text that it cannot hold. Nothing was written. */
export class UnstorableError extends Error {
  override readonly name = 'UnstorableError';
}
/** The write model could not be reached, is read-only or is full. */
export class EventStoreUnavailableError extends Error {
  override readonly name: string = 'EventStoreUnavailableError';
}
/** It could be reached, but this took too long or waited too long for a lock: what does not touch the same streams may get through. Nothing was written. */
export class WriteTimeoutError extends EventStoreUnavailableError {
  override readonly name = 'WriteTimeoutError';
}
