/** What a property is: a listing, the folded state of its events, which is also its view. */
import type { GeoPoint } from '../lead/lead.ts';
import type { PropertyId, TenantId } from '../ids.ts';

export const PROPERTY_STATUSES = ['ACTIVE', 'PENDING', 'SOLD', 'WITHDRAWN'] as const;
export type PropertyStatus = (typeof PROPERTY_STATUSES)[number];

/** What a listing says. Price in minor units (cents). */
export interface PropertyDetails {
  /** The listing's number in the source it came from; one property per number and tenant. */
  readonly externalId: string;
  readonly status: PropertyStatus;
  readonly priceMinor: number;
  readonly bedrooms: number;
  /** In quarters, as county records have them: 1.75. */
  readonly bathrooms: number;
  readonly squareFeet: number;
  readonly lotSquareFeet?: number | undefined;
  readonly floors?: number | undefined;
  readonly condition?: string | undefined;
  readonly yearBuilt?: number | undefined;
  readonly propertyType: string;
  readonly address?: string | undefined;
  readonly city?: string | undefined;
  readonly neighbourhood?: string | undefined;
  readonly zip: string;
  readonly point?: GeoPoint | undefined;
  readonly features: readonly string[];
  /** When it came on the market. */
  readonly listedAt: string;
}

export interface Property extends PropertyDetails {
  readonly tenant: TenantId;
  readonly id: PropertyId;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly previousPriceMinor?: number | undefined;
  readonly withdrawnAt?: string | undefined;
  readonly withdrawnReason?: string | undefined;
}
