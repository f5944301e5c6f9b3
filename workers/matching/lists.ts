/** A lead's list of homes: what it is, whether homes that changed would change it, whether two lists are the same. Pure. */
import type { PropertyId } from '../../domain/ids.ts';
import type { Lead } from '../../domain/lead/lead.ts';
import { bestMatches, matchProperty, OFFERED_FROM } from '../../domain/matching/match.ts';
import type { PropertyMatch } from '../../domain/matching/property-match.ts';
import type { Property } from '../../domain/property/property.ts';

/** Homes in a lead's list. */
export const LIST_MAX = 20;

/** What tells one list from another. */
export type MatchList = readonly Pick<PropertyMatch, 'propertyId' | 'score'>[];

export const sameList = (a: MatchList, b: MatchList): boolean =>
  a.length === b.length && a.every(({ propertyId, score }, index) => propertyId === b[index]?.propertyId && score === b[index]?.score);

/** Who only sells looks for no home. */
export const looksForHome = (lead: Lead): boolean => lead.intent !== 'SELLER';

/** The best homes for the lead. Looks at each once: microseconds for each home, so milliseconds for a catalogue. */
export const listFor = (lead: Lead, homes: Iterable<Property>, now: string): PropertyMatch[] =>
  looksForHome(lead) ? bestMatches(lead, homes, now, LIST_MAX) : [];

export interface ChangedHome {
  readonly id: PropertyId;
  /** As it is now; null where it is off the market. */
  readonly home: Property | null;
  /** True where it may enter lists that it is not in. */
  readonly mayEnter: boolean;
}

function leavesOrMoves(lead: Lead, { home }: ChangedHome, heldScore: number, now: string): boolean {
  const match = home === null ? null : matchProperty(lead, home, now);
  return match === null || match.score < OFFERED_FROM || match.score !== heldScore;
}

/** The first of the homes that makes the lead's list another one; null where none does. */
export function firstThatMatters(
  lead: Lead,
  held: MatchList,
  changed: ReadonlyMap<PropertyId, ChangedHome>,
  entering: readonly Property[],
  now: string,
): PropertyId | null {
  for (const { propertyId, score } of held) {
    const change = changed.get(propertyId);
    if (change && leavesOrMoves(lead, change, score, now)) return propertyId;
  }
  const ids = new Set(held.map(({ propertyId }) => propertyId));
  const best = listFor(lead, entering, now).find(({ propertyId }) => !ids.has(propertyId));
  if (!best) return null;
  const last = held.at(LIST_MAX - 1);
  return last === undefined || best.score >= last.score ? best.propertyId : null;
}
