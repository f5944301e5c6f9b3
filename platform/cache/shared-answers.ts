/**
 * Finished answers that all gateways share, kept beside what they were made of. One is given out only while all of that is as it was: it is never older than
 * the read models themselves, whatever anybody heard of changes. What it is made of is compared where it stands, in the same step that gives it out.
 */
import type { TenantId } from '../../domain/ids.ts';
import type { EntryRef, ListQuery, ViewKind } from '../read-models/read-models.ts';

/** A view that was read; `version` null: there was none. */
export interface ViewRead {
  readonly kind: ViewKind;
  readonly id: string;
  readonly version: number | null;
}

/** A page that was read; `edition`: ListPage.edition. */
export interface ListRead {
  readonly query: ListQuery;
  readonly edition: string;
}

/** Entries that were read, newest first; `found`: their numbers. */
export interface EntriesRead extends Omit<EntryRef, 'tenant'> {
  readonly first: number;
  readonly before?: number | undefined;
  readonly found: readonly number[];
}

/** All of one tenant. */
export interface AnswerParts {
  readonly views: readonly ViewRead[];
  readonly lists: readonly ListRead[];
  readonly entries: readonly EntriesRead[];
}

export interface SharedAnswer {
  readonly text: string;
  readonly parts: AnswerParts;
}

export type SharedAnswerFound =
  | (SharedAnswer & {
      readonly state: 'KEPT';
      /** It goes away by itself after that. */
      readonly ttlMs: number;
    })
  /** There was one; something of it has changed. */
  | { readonly state: 'MOVED' }
  | { readonly state: 'NONE' };

/** Both throw a ReadModelsUnavailableError where the store cannot be reached. One request each. */
export interface SharedAnswers {
  /** `key`: a digest, the same for all who may share the answer and for nobody else. */
  get(tenant: TenantId, key: string): Promise<SharedAnswerFound>;
  /** False where something of it has changed since it was read: it is not kept. */
  set(tenant: TenantId, key: string, answer: SharedAnswer, ttlMs: number): Promise<boolean>;
}
