/** Checks everything that a client may say about a lead, and brings it into our form. */
import { checkFields, line, list, number, oneOf, orNull, point, text, timeZone, type Check, type Checks } from '../checks.ts';
import { LIMITS } from '../limits.ts';
import { Problem } from '../problem.ts';
import type { LeadPatch } from './commands.ts';
import { FINANCINGS, INTENTS, LEAD_SOURCES, TIMELINES, type Campaign, type Preferences } from './lead.ts';
import { normalizeEmail, normalizeName, normalizePhone } from './normalize.ts';

const words = orNull(text(LIMITS.wordsLength));
const items = orNull(list(line(LIMITS.listItemLength), LIMITS.listItems));
const money = orNull(number(0, LIMITS.moneyMinor));
const squareFeet = orNull(number(0, LIMITS.squareFeet));
const utm = orNull(line(LIMITS.tagLength * 4));

const CAMPAIGN: Checks<Campaign> = { name: utm, utmSource: utm, utmMedium: utm, utmCampaign: utm, utmTerm: utm, utmContent: utm };

const PREFERENCES: Checks<Preferences> = {
  budgetMinMinor: money,
  budgetMaxMinor: money,
  financing: orNull(oneOf(FINANCINGS)),
  timeline: orNull(oneOf(TIMELINES)),
  timelineWords: words,
  locations: items,
  point: orNull(point),
  bedroomsMin: orNull(number(0, LIMITS.rooms)),
  bathroomsMin: orNull(number(0, LIMITS.rooms, 0.5)),
  squareFeetMin: squareFeet,
  squareFeetMax: squareFeet,
  propertyTypes: items,
  mustHaves: items,
  niceToHaves: items,
  motivation: words,
  homeCondition: words,
  currentSituation: words,
};

const campaign: Check<NonNullable<LeadPatch['campaign']>> = (value, field) => checkFields(value as Campaign, CAMPAIGN, `${field}.`);
const preferences: Check<NonNullable<LeadPatch['preferences']>> = (value, field) => checkFields(value as Preferences, PREFERENCES, `${field}.`);

const LEAD: Checks<LeadPatch> = {
  externalId: orNull(line(LIMITS.externalIdLength)),
  firstName: orNull(normalizeName),
  lastName: orNull(normalizeName),
  email: orNull(normalizeEmail),
  phone: orNull(normalizePhone),
  source: oneOf(LEAD_SOURCES),
  campaign,
  intent: oneOf(INTENTS),
  preferences,
  timeZone,
};

/** The patch in our form, or the first problem with it. Fields are named as in LeadPatch: `preferences.budgetMaxMinor`. */
export const normalizePatch = (patch: LeadPatch): LeadPatch | Problem => checkFields(patch, LEAD);

/** What single fields cannot show: a budget or a size that ends before it begins. */
export function preferencesProblem(wanted: Preferences): Problem | null {
  if (endsBeforeItBegins(wanted.budgetMinMinor, wanted.budgetMaxMinor)) {
    return new Problem('preferences.budgetMaxMinor', 'is less than the least budget');
  }
  if (endsBeforeItBegins(wanted.squareFeetMin, wanted.squareFeetMax)) {
    return new Problem('preferences.squareFeetMax', 'is less than the least square feet');
  }
  return null;
}

const endsBeforeItBegins = (min: number | undefined, max: number | undefined): boolean => min !== undefined && max !== undefined && min > max;
