/** Why a property suits a lead, or where it falls short, in sentences. Only of what the person told. */
import type { Property } from '../property/property.ts';
import * as curves from './curves.ts';
import type { Wants } from './wants.ts';

export const reasonsOf = (wants: Wants, property: Property): readonly string[] =>
  [
    priceReason(wants, property),
    locationReason(wants, property),
    roomsReason('bedroom', wants.bedrooms, property.bedrooms),
    roomsReason('bathroom', wants.bathrooms, property.bathrooms),
    typeReason(wants, property),
    sizeReason(wants, property),
    mustHaveReason(wants, property),
    marketReason(wants, property),
  ].filter((reason) => reason !== null);

function priceReason({ budgetMinor }: Wants, { priceMinor }: Property): string | null {
  if (budgetMinor === undefined) return null;
  if (priceMinor <= budgetMinor) return 'The price is within the budget.';
  // Rounded up to a tenth: what is over the budget is never told as nothing.
  return `The price is ${Math.ceil(((priceMinor - budgetMinor) / budgetMinor) * 1_000 - 1e-6) / 10} % over the budget.`;
}

function locationReason(wants: Wants, property: Property): string | null {
  if (wants.places.size === 0 && wants.point === undefined) return null;
  const fit = curves.location(wants, property);
  const place = property.neighbourhood ?? property.city ?? property.zip;
  if (fit >= 1) return `It is in ${place}, as asked.`;
  if (fit >= 0.9) return `It is in the zip code ${property.zip}, as asked.`;
  if (fit >= 0.8) return 'It is within 5 km of the place asked for.';
  return fit >= 0.5 ? 'It is within 15 km of the place asked for.' : `It is in ${place}, away from the places asked for.`;
}

function roomsReason(room: string, wanted: number | undefined, has: number): string | null {
  if (wanted === undefined) return null;
  const rooms = `${has} ${room}${has === 1 ? '' : 's'}`;
  return has >= wanted ? `It has ${rooms}; ${wanted} were asked for.` : `It has only ${rooms}; ${wanted} were asked for.`;
}

function typeReason(wants: Wants, property: Property): string | null {
  if (wants.types.size === 0) return null;
  const kind = property.propertyType.toLowerCase().replaceAll('_', ' ');
  return curves.type(wants, property) === 1 ? `Its type (${kind}) is as asked.` : `Its type (${kind}) is not what was asked for.`;
}

function sizeReason(wants: Wants, { squareFeet }: Property): string | null {
  const { squareFeetMin: min, squareFeetMax: max } = wants;
  if (min === undefined && max === undefined) return null;
  if (min !== undefined && squareFeet < min) return `Its ${squareFeet} square feet are fewer than the ${min} asked for.`;
  if (max !== undefined && squareFeet > max) return `Its ${squareFeet} square feet are more than the ${max} asked for.`;
  return `Its ${squareFeet} square feet are as asked.`;
}

function mustHaveReason(wants: Wants, property: Property): string | null {
  if (wants.mustHaves.length === 0) return null;
  const met = curves.metMustHaves(wants, property);
  if (met.length === wants.mustHaves.length) return `It has all that it must have: ${met.join(', ')}.`;
  const absent = wants.mustHaves.filter((wanted) => !met.includes(wanted));
  return `Its listing does not name ${absent.join(', ')}.`;
}

function marketReason(wants: Wants, property: Property): string | null {
  const days = Math.floor(curves.daysOnMarket(wants, property));
  return days > 60 ? `It has been on the market for ${days} days; the seller may negotiate.` : null;
}
