/** What a lead wants, prepared once for thousands of comparisons. */
import type { GeoPoint, Lead } from '../lead/lead.ts';
import type { PropertyId } from '../ids.ts';

export interface Wants {
  readonly nowMs: number;
  readonly budgetMinor: number | undefined;
  /** Folded names of cities and neighbourhoods, and zip codes; a name before a comma counts too. */
  readonly places: ReadonlySet<string>;
  readonly point: GeoPoint | undefined;
  readonly bedrooms: number | undefined;
  readonly bathrooms: number | undefined;
  readonly squareFeetMin: number | undefined;
  readonly squareFeetMax: number | undefined;
  readonly types: ReadonlySet<string>;
  readonly mustHaves: readonly string[];
  readonly passed: ReadonlySet<PropertyId>;
  /** Of the seven preferences that matching knows, the share that was told. */
  readonly confidence: number;
}

export const folded = (text: string): string => text.trim().toLowerCase();
/** SINGLE_FAMILY, "Single family" and "single-family" are one type. */
export const foldedType = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');

export function wantsOf(lead: Lead, now: string): Wants {
  const { preferences } = lead;
  const places = new Set(preferences.locations.flatMap((place) => [folded(place), folded(place.split(',')[0] ?? '')]).filter((place) => place !== ''));
  const told = [
    preferences.budgetMaxMinor !== undefined,
    places.size > 0 || preferences.point !== undefined,
    preferences.bedroomsMin !== undefined,
    preferences.bathroomsMin !== undefined,
    preferences.propertyTypes.length > 0,
    preferences.squareFeetMin !== undefined || preferences.squareFeetMax !== undefined,
    preferences.mustHaves.length > 0,
  ];
  return {
    nowMs: Date.parse(now),
    budgetMinor: preferences.budgetMaxMinor,
    places,
    point: preferences.point,
    bedrooms: preferences.bedroomsMin,
    bathrooms: preferences.bathroomsMin,
    squareFeetMin: preferences.squareFeetMin,
    squareFeetMax: preferences.squareFeetMax,
    types: new Set(preferences.propertyTypes.map(foldedType)),
    mustHaves: preferences.mustHaves.map(folded),
    passed: new Set(lead.engagement.passedPropertyIds),
    confidence: told.filter(Boolean).length / told.length,
  };
}
