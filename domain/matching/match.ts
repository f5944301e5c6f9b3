/** How well properties suit a lead (docs, "The domain"). A lead is compared with thousands of homes: reasons are made for the best only. */
import type { Lead } from '../lead/lead.ts';
import type { Property } from '../property/property.ts';
import { round2 } from '../round.ts';
import * as curves from './curves.ts';
import type { PropertyMatch } from './property-match.ts';
import { reasonsOf } from './reasons.ts';
import { wantsOf, type Wants } from './wants.ts';

/** From this score a match is offered. */
export const OFFERED_FROM = 60;
const BEST_LIMIT = 20;

/** How the property suits the lead as of `now` (ISO 8601); null where it is never offered. */
export function matchProperty(lead: Lead, property: Property, now: string): PropertyMatch | null {
  const wants = wantsOf(lead, now);
  return isNeverOffered(wants, property) ? null : matchOf(wants, property, scoreOf(wants, property), now);
}

/** The properties to offer, best first, equal ones by id, at most `limit`. */
export function bestMatches(lead: Lead, properties: Iterable<Property>, now: string, limit: number = BEST_LIMIT): PropertyMatch[] {
  const wants = wantsOf(lead, now);
  const offered: { readonly property: Property; readonly score: number }[] = [];
  for (const property of properties) {
    if (isNeverOffered(wants, property)) continue;
    const score = scoreOf(wants, property);
    if (score >= OFFERED_FROM) offered.push({ property, score });
  }
  return offered
    .sort((a, b) => b.score - a.score || (a.property.id < b.property.id ? -1 : 1))
    .slice(0, limit)
    .map(({ property, score }) => matchOf(wants, property, score, now));
}

/** Not on offer, passed on already, or over 115 % of the budget. */
function isNeverOffered({ budgetMinor, passed }: Wants, { id, status, priceMinor }: Property): boolean {
  if (status !== 'ACTIVE' || passed.has(id)) return true;
  return budgetMinor !== undefined && priceMinor * 100 > budgetMinor * 115;
}

/** 0 to 100; the weights add up to 1. */
const scoreOf = (wants: Wants, property: Property): number =>
  round2(
    100 *
      (0.3 * curves.price(wants, property) +
        0.25 * curves.location(wants, property) +
        0.12 * curves.bedrooms(wants, property) +
        0.06 * curves.bathrooms(wants, property) +
        0.07 * curves.type(wants, property) +
        0.07 * curves.squareFeet(wants, property) +
        0.08 * curves.mustHaves(wants, property) +
        0.05 * curves.timeOnMarket(wants, property)),
  );

const matchOf = (wants: Wants, property: Property, score: number, now: string): PropertyMatch => ({
  propertyId: property.id,
  score,
  confidence: round2(wants.confidence),
  reasons: reasonsOf(wants, property),
  matchedAt: now,
});
