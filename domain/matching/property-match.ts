import type { PropertyId } from '../ids.ts';

/** How well a property suits a lead. */
export interface PropertyMatch {
  readonly propertyId: PropertyId;
  /** 0 to 100, two decimals. */
  readonly score: number;
  /** 0 to 1: the share of the preferences that were told. */
  readonly confidence: number;
  readonly reasons: readonly string[];
  readonly matchedAt: string;
}
