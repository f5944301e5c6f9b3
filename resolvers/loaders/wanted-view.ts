/** What reads of views ask for, and what they get. */
import type { StoredView, ViewRef } from '../../platform/read-models/read-models.ts';
import type { ApiError } from '../errors.ts';
import type { GatewayPorts } from '../ports.ts';

export interface ViewPorts extends Pick<GatewayPorts, 'readModels' | 'viewLeases' | 'logger'> {
  readonly origin: Pick<GatewayPorts['origin'], 'views'>;
}

export interface WantedView extends ViewRef {
  readonly kind: 'lead' | 'property' | 'agent';
  /** 0: any version will do. */
  readonly versionMin: number;
}

/** Null where there is none. */
export type Answer = StoredView | null | ApiError;
/** By id, which tells the kind. */
export type Answers = ReadonlyMap<string, Answer>;

export const isEnough = (view: StoredView | null | undefined, wanted: WantedView): view is StoredView => view != null && view.version >= wanted.versionMin;
