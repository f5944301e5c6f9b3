/** The write model: the event-sourced truth, with the inbox that makes a command take effect once. */
import type { CommandId, StreamId, TenantId } from '../../domain/ids.ts';
import type { RecordedEvent, CommandReceipt } from '../../domain/messages.ts';

export interface StreamRef {
  readonly tenant: TenantId;
  readonly streamId: StreamId;
}
/** A map key for a stream. */
export const streamKey = (ref: StreamRef): string => `${ref.tenant}:${ref.streamId}`;

/** A map key for a command: ids of two tenants may be alike. */
export const commandKey = (ref: { readonly tenant: TenantId; readonly id: CommandId }): string => `${ref.tenant}:${ref.id}`;

/** What the inbox keeps of a command that was handled: the receipt as of its commit (APPLIED, REJECTED or DEAD_LETTERED; VISIBLE where it recorded nothing). */
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

/** One atomic piece of work of the command handler. */
export interface EventStoreTransaction {
  /** The outcomes of those of the commands that were handled before. Keys: commandKey. */
  findOutcomes(refs: readonly { readonly tenant: TenantId; readonly id: CommandId }[]): Promise<Map<string, CommandOutcome>>;
  /** All events of each stream in version order; streams that are not there are missing from the map. Keys: streamKey. */
  loadStreams(refs: readonly StreamRef[]): Promise<Map<string, readonly RecordedEvent[]>>;
  /** Who owns each value now. Keys: `${tenant}:${value}`. */
  findOwners(name: UniqueClaim['name'], values: readonly { readonly tenant: TenantId; readonly value: string }[]): Promise<Map<string, StreamId>>;
  /**
   * Writes everything: events (compare and set on each stream's version), claims, and the outcome of each command into the inbox by INSERT.
   * Throws WriteConflictError, with nothing written, where a version moved, a value was taken or a command was handled meanwhile.
   */
  write(work: {
    readonly appends: readonly StreamAppend[];
    readonly claims: readonly UniqueClaim[];
    readonly outcomes: readonly CommandOutcome[];
  }): Promise<void>;
}

/** A place in the order of commits, opaque text; '' is before the first event. */
export type Position = string;

export interface EventStore {
  /** Runs `work` in one transaction; commits when it resolves, else rolls back. Does not retry. */
  transact<T>(work: (tx: EventStoreTransaction) => Promise<T>): Promise<T>;
  findOutcome(tenant: TenantId, id: CommandId): Promise<CommandOutcome | null>;
  /**
   * Outcomes of commands that left no event (REJECTED, DEAD_LETTERED, VISIBLE at once) and were handled since then, in a stable order.
   * `after` is the last commandKey of the page before, '' to begin.
   */
  listEventless(since: Date, after: string, limit: number): Promise<readonly CommandOutcome[]>;
  loadStreams(refs: readonly StreamRef[]): Promise<Map<string, readonly RecordedEvent[]>>;
  /** Events in commit order behind `after`; never one that a transaction still running could precede. */
  readCommitted(after: Position, limit: number): Promise<{ readonly events: readonly RecordedEvent[]; readonly next: Position }>;
  /** Streams of every tenant in a stable order, for rebuilding. `after` is the last key of the page before, '' to begin. */
  listStreams(after: string, limit: number): Promise<readonly (StreamRef & { readonly version: number })[]>;
  /** Where a named reader (the relay) is; '' where it never was. */
  loadCheckpoint(name: string): Promise<Position>;
  saveCheckpoint(name: string, position: Position): Promise<void>;
  /** Resolves after new events may be there, or after `timeoutMs`, or when the signal aborts. Never rejects. */
  waitForEvents(timeoutMs: number, signal: AbortSignal): Promise<void>;
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
  override readonly name = 'EventStoreUnavailableError';
}
