/**
 * What could not be handled: each record whole, with why, how often it was tried and where it came from. Kept in the write model's database,
 * where an erasure reaches it and where it can be asked for; the topic `leads.dead-letters` tells the same without the record's content.
 */
import type { CommandId, DeadLetterId, StreamId, TenantId } from '../../domain/ids.ts';

export interface DeadLetter {
  /** Decided by where the record stood: put aside twice, it is one letter. */
  readonly id: DeadLetterId;
  /** Null where the record does not even say whose it is. */
  readonly tenant: TenantId | null;
  readonly streamId: StreamId | null;
  readonly commandId: CommandId | null;
  /** Of the command or the event, where it could be read. */
  readonly type: string | null;
  /** The consumer group that gave up. */
  readonly group: string;
  readonly reason: string;
  readonly attempts: number;
  /** ISO 8601 UTC, as is `at`, when it was put aside. */
  readonly firstFailedAt: string;
  readonly at: string;
  readonly traceparent: string | null;
  readonly original: {
    readonly topic: string;
    readonly partition: number;
    readonly offset: string;
    readonly appendedAtMs: number;
    readonly key: string;
    /** Null once the lead was erased. */
    readonly value: string | null;
    /** The value's length in UTF-16 units, where only its beginning is here. */
    readonly cutFrom?: number | undefined;
  };
  readonly replays: number;
  readonly replayedAt: string | null;
  readonly replayedBy: string | null;
}

export interface DeadLetterFilter {
  readonly topic?: string | undefined;
  readonly type?: string | undefined;
  readonly streamId?: string | undefined;
  readonly commandId?: string | undefined;
  /** Part of the reason, case-insensitive. */
  readonly reason?: string | undefined;
  /** ISO 8601 UTC, inclusive, on `at`. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  /** True: only those that were replayed; false: only those that were not. */
  readonly replayed?: boolean | undefined;
}

/** Letters on one page at the most. */
export const DEAD_LETTERS_PAGE_MAX = 500;

export interface DeadLetterQuery {
  /** Null: those of every tenant and of none (for operators, never for an API's caller). */
  readonly tenant: TenantId | null;
  readonly filter: DeadLetterFilter;
  /** 1 to 500. */
  readonly first: number;
  /** `endCursor` of the page before: the place (place.ts) of its last letter. */
  readonly after?: string | undefined;
}
export interface DeadLetterPage {
  /** Newest first. */
  readonly letters: readonly DeadLetter[];
  readonly endCursor: string | null;
  readonly hasNextPage: boolean;
}

export interface DeadLetters {
  /** Keeps letters; one whose id is there already stays as it is. Durable once resolved. */
  put(letters: readonly DeadLetter[]): Promise<void>;
  list(query: DeadLetterQuery): Promise<DeadLetterPage>;
  /** `tenant` null: whosever it is (for operators). */
  get(tenant: TenantId | null, id: DeadLetterId): Promise<DeadLetter | null>;
}
