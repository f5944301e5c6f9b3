/** What builds, compares, switches and clears away generations of views. Only where views outlive the process: memory has none. */
import type { TenantId } from '../../domain/ids.ts';
import type { GenerationPointer } from './generation-pointer.ts';
import type { ReadModels, ViewKind } from './read-models.ts';

export interface InspectedRef {
  readonly tenant: TenantId;
  readonly kind: ViewKind;
  readonly id: string;
}

/** A view as it stands in a generation, with everything that hangs on it, at one moment. */
export interface InspectedView {
  /** Null: there is no view. */
  readonly version: number | null;
  /** SHA-1 in hex of the document's text. */
  readonly docDigest: string;
  /** How lists find it (redis-index-text.ts); '' in no list. */
  readonly indexText: string;
  /** Places in lists that the index text asks for and that are empty. */
  readonly missingPlaces: number;
  /** SHA-1 in hex of the entries with n up to the version, each `<n>:<document>`, joined by line feeds. */
  readonly timelineDigest: string;
  readonly scoresDigest: string;
  /** Entries with n above the version. */
  readonly entriesBeyond: number;
}

/** The key of a list, of words or of totals behind its tenant and generation. */
export interface ListRef {
  readonly tenant: TenantId;
  readonly list: string;
}

/** All of it throws a ReadModelsUnavailableError where Redis cannot be reached. */
export interface Generations {
  /** The pointer (null where there is none that makes sense) with its text, and which run of the server answered ('' where it does not say). */
  read(): Promise<{ readonly pointer: GenerationPointer | null; readonly text: string; readonly run: string }>;
  /** In one step, where the text that was read still stands there; false where it does not. */
  replace(text: string, after: GenerationPointer): Promise<boolean>;
  /** The read models of one generation, whether it serves or not. */
  of(generation: number): ReadModels;
  /** In the order of refs. */
  inspect(generation: number, refs: readonly InspectedRef[]): Promise<readonly InspectedView[]>;
  /** Every list, word list and hash of totals of a generation that has a member, some at a time; one may come twice. */
  lists(generation: number): AsyncIterable<readonly ListRef[]>;
  /** What lists hold, in their order, as far as it tells them apart: `5 members`; of totals all of them, `created@2026-03-01 4, leads 5`. */
  contentsOf(generation: number, lists: readonly ListRef[]): Promise<string[]>;
  /** Removes every generation below this one, some keys at a time; yields how many each time. */
  sweepBelow(generation: number): AsyncIterable<number>;
}
