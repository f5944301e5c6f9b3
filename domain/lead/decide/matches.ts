import type { Decision, DecisionContext } from '../../decision.ts';
import { applied, invalid } from '../../decisions.ts';
import { LIMITS } from '../../limits.ts';
import type { PropertyMatch } from '../../matching/property-match.ts';
import { Problem } from '../../problem.ts';
import { ALERT_FROM, alertsLeft, isQuiet } from '../alerts.ts';
import type { RecordMatches } from '../commands.ts';
import type { AlertRaised, LeadEvent } from '../events.ts';
import type { Lead } from '../lead.ts';

export const decideMatchProperties = (): Decision<LeadEvent> => applied<LeadEvent>({ type: 'MatchingRequested' });

/** New matches, and an alert for each that somebody should look at. What the person passed on meanwhile is left out. */
export function decideRecordMatches(command: RecordMatches, lead: Lead, context: DecisionContext): Decision<LeadEvent> {
  if (command.matches.length > LIMITS.matches) return invalid(new Problem('matches', `are more than ${LIMITS.matches}`));
  const passed = new Set(lead.engagement.passedPropertyIds);
  const matches = command.matches.filter((match) => !passed.has(match.propertyId));
  if (areSame(matches, lead.matches)) return applied();
  return applied<LeadEvent>({ type: 'PropertiesMatched', matches }, ...alertsFor(matches, lead, context));
}

const areSame = (a: readonly PropertyMatch[], b: readonly PropertyMatch[]): boolean =>
  a.length === b.length && a.every((match, i) => match.propertyId === b[i]?.propertyId && match.score === b[i]?.score);

/** A home that matched before but not from the alert line (its price may have dropped since) is new to the line. */
function alertsFor(matches: readonly PropertyMatch[], lead: Lead, context: DecisionContext): AlertRaised[] {
  if (isQuiet(context.at, lead.timeZone)) return [];
  const known = new Set(lead.matches.filter((match) => match.score >= ALERT_FROM).map((match) => match.propertyId));
  return matches
    .filter((match) => match.score >= ALERT_FROM && !known.has(match.propertyId))
    .slice(0, alertsLeft(lead, context.at))
    .map(alertOf);
}

const alertOf = ({ propertyId, score }: PropertyMatch): AlertRaised => ({
  type: 'AlertRaised',
  alert: 'PROPERTY_MATCH',
  propertyId,
  score,
  message: `A home suits this lead to ${Math.round(score)} %.`,
});
