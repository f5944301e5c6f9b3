/** What each column of a leads file means. */
import { FINANCINGS, INTENTS, LEAD_SOURCES, TIMELINES } from '../../domain/lead/lead.ts';
import type { CampaignInput, CreateLeadInput, PreferencesInput } from '../commands/inputs.ts';
import { isApiError } from '../errors.ts';
import { parseDecimal } from '../scalars.ts';

/** A cell that makes no sense; the message is for people. */
export class CellError extends Error {
  override readonly name = 'CellError';
}
type Read<T> = (cell: string) => T;

const text: Read<string> = (cell) => cell;
const list: Read<readonly string[]> = (cell) =>
  cell
    .split(/[;|]/)
    .map((item) => item.trim())
    .filter(Boolean);
const number: Read<number> = (cell) => {
  const value = Number(cell.replaceAll(',', ''));
  if (!Number.isFinite(value)) throw new CellError('must be a number');
  return value;
};
const whole: Read<number> = (cell) => {
  const value = number(cell);
  if (!Number.isSafeInteger(value)) throw new CellError('must be a whole number');
  return value;
};
/** "$1,250,000.00" -> "1250000.00". */
const money: Read<string> = (cell) => {
  try {
    return parseDecimal(cell.replace(/^\$\s*/, '').replaceAll(',', ''));
  } catch (error) {
    if (!isApiError(error)) throw error;
    throw new CellError('must be an amount such as 925000 or 925000.00');
  }
};
/** "Past client", "past_client" and PAST_CLIENT are one. */
const oneOf =
  <T extends string>(choices: readonly T[]): Read<T> =>
  (cell) => {
    const wanted = cell.toUpperCase().replace(/[\s-]+/g, '_');
    const found = choices.find((choice) => choice === wanted);
    if (found === undefined) throw new CellError(`must be one of ${choices.join(', ')}`);
    return found;
  };

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

const plain = (header: string): string => header.toLowerCase().replace(/[^a-z0-9]/g, '');
const columns = new Map<string, Column>();
const add = (part: Column['part'], reads: object): void => {
  for (const [field, read] of Object.entries(reads) as [string, Read<unknown>][]) columns.set(plain(field), { part, field, read });
};
add('lead', TOP);
add('preferences', PREFERENCES);
add('campaign', CAMPAIGN);
columns.set('campaign', { part: 'campaign', field: 'name', read: text });

/** The column that a header means, whatever its case and signs: "First name", first_name, firstName. Undefined: none of ours. */
export const columnOf = (header: string): Column | undefined => columns.get(plain(header));
