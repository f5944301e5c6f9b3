/** Requests to change a property, and the facts that follow. */
import type { PropertyId } from '../ids.ts';
import type { PropertyDetails } from './property.ts';

/** Lists a property or changes its listing. */
export interface UpsertProperty {
  readonly type: 'UpsertProperty';
  readonly propertyId: PropertyId;
  readonly details: PropertyDetails;
}
export interface WithdrawProperty {
  readonly type: 'WithdrawProperty';
  readonly propertyId: PropertyId;
  readonly reason?: string | undefined;
}
export type PropertyCommand = UpsertProperty | WithdrawProperty;

export interface PropertyListed {
  readonly type: 'PropertyListed';
  readonly details: PropertyDetails;
}
/** The whole new listing, with the names of what changed. */
export interface PropertyChanged {
  readonly type: 'PropertyChanged';
  readonly details: PropertyDetails;
  readonly changed: readonly (keyof PropertyDetails)[];
  readonly previousPriceMinor?: number | undefined;
}
export interface PropertyWithdrawn {
  readonly type: 'PropertyWithdrawn';
  readonly reason?: string | undefined;
}
export type PropertyEvent = PropertyListed | PropertyChanged | PropertyWithdrawn;
