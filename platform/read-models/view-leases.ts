/**
 * Whose turn it is to compute a view that the read models do not have: one process computes it for all, the others wait for what it puts there.
 * A lease keeps work from being done twice and nothing else: whoever computes without one, or after its time, does no harm, because every put says its
 * version and an older one is refused.
 */
import type { ViewRef } from './read-models.ts';

export interface LeaseWanted extends ViewRef {
  /** What was computed in an older version is not enough; 0: any will do, and none too. */
  readonly versionMin: number;
}

export type Turn =
  /** The asker's, for so long as it asked for. It settles it when it is through. */
  | { readonly state: 'MINE'; readonly token: string }
  /** Another one computes it now. */
  | { readonly state: 'TAKEN' }
  /** Another one was through with it a moment ago: the read models have it in that version; 0: it is nowhere. */
  | { readonly state: 'DONE'; readonly version: number }
  /** Nobody gives leases out at the moment: compute it. */
  | { readonly state: 'UNSHARED' };

export interface LeaseSettled extends ViewRef {
  readonly token: string;
  /** The version that was put back, 0 where the view is nowhere; null: nothing came of it, and the next one may try. */
  readonly version: number | null;
}

/** Both are one request, and throw a ReadModelsUnavailableError. */
export interface ViewLeases {
  /** In the order of `wanted`. */
  take(wanted: readonly LeaseWanted[], ttlMs: number): Promise<Turn[]>;
  /** Tells the others what came of it, for `toldMs`. A lease that ran out and went to another one is left alone. */
  settle(settled: readonly LeaseSettled[], toldMs: number): Promise<void>;
}
