/** What each column of a leads file means. */
import { FINANCINGS, INTENTS, LEAD_SOURCES, TIMELINES } from '../../domain/lead/lead.ts';
import type { CampaignInput, CreateLeadInput, PreferencesInput } from '../commands/inputs.ts';
import { list, money, number, oneOf, plainHeader, text, whole, type Read } from './cells.ts';

type Top = Omit<CreateLeadInput, 'preferences' | 'campaign' | 'onExisting' | 'madeUp'>;
type Reads<T> = { readonly [K in keyof T]-?: Read<NonNullable<T[K]>> };

const TOP: Reads<Top> = {
  externalId: text,
  firstName: text,
  lastName: text,
  email: text,
  phone: text,
  source: oneOf(LEAD_SOURCES),
  intent: oneOf(INTENTS),
  timeZone: text,
  tags: list,
  agentId: text,
};
const PREFERENCES: Reads<Omit<PreferencesInput, 'point'>> = {
  budgetMin: money,
  budgetMax: money,
  financing: oneOf(FINANCINGS),
  timeline: oneOf(TIMELINES),
  timelineWords: text,
  locations: list,
  bedroomsMin: whole,
  bathroomsMin: number,
  squareFeetMin: whole,
  squareFeetMax: whole,
  propertyTypes: list,
  mustHaves: list,
  niceToHaves: list,
  motivation: text,
  homeCondition: text,
  currentSituation: text,
};
const CAMPAIGN: Reads<Omit<CampaignInput, 'name'>> = { utmSource: text, utmMedium: text, utmCampaign: text, utmTerm: text, utmContent: text };

export interface Column {
  /** Where the value goes. */
  readonly part: 'lead' | 'preferences' | 'campaign';
  readonly field: string;
  /** Throws CellError. */
  readonly read: Read<unknown>;
}

const columns = new Map<string, Column>();
const add = (part: Column['part'], reads: object): void => {
  for (const [field, read] of Object.entries(reads) as [string, Read<unknown>][]) columns.set(plainHeader(field), { part, field, read });
};
add('lead', TOP);
add('preferences', PREFERENCES);
add('campaign', CAMPAIGN);
columns.set('campaign', { part: 'campaign', field: 'name', read: text });

/** The column that a header means, whatever its case and signs: "First name", first_name, firstName. Undefined: none of ours. */
export const columnOf = (header: string): Column | undefined => columns.get(plainHeader(header));
