/** How well one side of a property suits, 0 to 1 (docs, "The domain"). What the person did not tell counts .5. */
import { distanceKm } from '../geo.ts';
import type { Property } from '../property/property.ts';
import { DAY_MS } from '../time.ts';
import { folded, foldedType, type Wants } from './wants.ts';

const NOT_TOLD = 0.5;

export function price({ budgetMinor }: Wants, { priceMinor }: Property): number {
  if (budgetMinor === undefined) return NOT_TOLD;
  if (priceMinor <= budgetMinor) return 1;
  // In whole numbers: 1.1 times a budget is not a double, and the line of 10 % belongs to its home.
  const hundredfold = priceMinor * 100;
  if (hundredfold <= budgetMinor * 105) return 0.8;
  return hundredfold <= budgetMinor * 110 ? 0.5 : 0.1;
}

export function location({ places, point }: Wants, property: Property): number {
  if (places.size === 0 && point === undefined) return NOT_TOLD;
  if (isNamed(places, property.city) || isNamed(places, property.neighbourhood)) return 1;
  if (isNamed(places, property.zip)) return 0.9;
  if (point === undefined || property.point === undefined) return 0.2;
  const km = distanceKm(point, property.point);
  if (km <= 5) return 0.8;
  return km <= 15 ? 0.5 : 0.2;
}

const isNamed = (places: ReadonlySet<string>, place: string | undefined): boolean => place !== undefined && places.has(folded(place));

export function bedrooms({ bedrooms: wanted }: Wants, property: Property): number {
  if (wanted === undefined) return NOT_TOLD;
  const more = property.bedrooms - wanted;
  if (more === 0) return 1;
  if (more > 0) return more <= 1 ? 0.9 : 0.8;
  return more >= -1 ? 0.5 : 0.2;
}

export function bathrooms({ bathrooms: wanted }: Wants, property: Property): number {
  if (wanted === undefined) return NOT_TOLD;
  const short = wanted - property.bathrooms;
  if (short <= 0) return 1;
  return short <= 0.5 ? 0.7 : 0.3;
}

export function type({ types }: Wants, { propertyType }: Property): number {
  if (types.size === 0) return NOT_TOLD;
  return types.has(foldedType(propertyType)) ? 1 : 0.3;
}

export function squareFeet({ squareFeetMin: min, squareFeetMax: max }: Wants, { squareFeet: size }: Property): number {
  if (min === undefined && max === undefined) return NOT_TOLD;
  if (min !== undefined && size < min) return Math.max(0.1, 1 - (min - size) / min);
  if (max !== undefined && size > max) return max === 0 ? 0.6 : Math.max(0.6, 1 - (size - max) / max);
  return 1;
}

/** The must-haves that the listing names, as a whole or within a longer feature ("heated pool"). */
export const metMustHaves = ({ mustHaves }: Wants, { features }: Property): readonly string[] =>
  mustHaves.filter((wanted) => features.some((feature) => folded(feature).includes(wanted)));

export const mustHaves = (wants: Wants, property: Property): number =>
  wants.mustHaves.length === 0 ? NOT_TOLD : metMustHaves(wants, property).length / wants.mustHaves.length;

export const daysOnMarket = ({ nowMs }: Wants, { listedAt }: Property): number => Math.max(0, (nowMs - Date.parse(listedAt)) / DAY_MS);

/** The longer a home waits, the readier its seller. */
export function timeOnMarket(wants: Wants, property: Property): number {
  const days = daysOnMarket(wants, property);
  if (days <= 7) return 0.3;
  if (days <= 21) return 0.6;
  return days <= 60 ? 0.9 : 1;
}
