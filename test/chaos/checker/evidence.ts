/** What is found at the end of a run: outcomes only, whatever way they came about. */
import type { RecordedEvent } from '../../../domain/messages.ts';

/** A receipt by the API. */
export interface FinalReceipt {
  readonly id: string;
  readonly status: 'ACCEPTED' | 'APPLIED' | 'VISIBLE' | 'REJECTED' | 'DEAD_LETTERED';
  readonly leadId: string | null;
  readonly version: number | null;
  readonly error: { readonly code: string } | null;
}

/** A lead as the API shows it: the fields of `lead-view.ts`. */
export interface LeadView {
  readonly id: string;
  readonly version: number;
  readonly [field: string]: unknown;
}
export interface TimelineLine {
  readonly version: number;
  readonly type: string;
  readonly details: unknown;
}

/** Everything about one lead. */
export interface StreamEvidence {
  readonly streamId: string;
  /** In version order, as the write model reads them now. */
  readonly events: readonly RecordedEvent[];
  /** By id; null: the API knows no such lead. */
  readonly view: LeadView | null;
  /** Newest first; null where it was not looked at. */
  readonly timeline: readonly TimelineLine[] | null;
  /** The version at each place where the complete list shows the lead. */
  readonly listed: readonly number[];
}

export interface DeadLetterEvidence {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  /** Null where it is not kept (any more). */
  readonly value: string | null;
  readonly streamId: string | null;
  readonly commandId: string | null;
}

export interface FinalEvidence {
  /** Of every accepted command; null: the API knows no such command. */
  readonly receipts: ReadonlyMap<string, FinalReceipt | null>;
  /** Ids of leads in the list that have no events. */
  readonly listedWithoutEvents: readonly string[];
  /** The hash of each sampled event's row now; missing: there is no such row any more. */
  readonly hashes: ReadonlyMap<string, string>;
  readonly deadLetters: readonly DeadLetterEvidence[];
}
