/** The form's fields, and how they become the API's input. */
import type { HubLead } from '../api/hub-types.ts';
import { FINANCINGS, INTENTS, SOURCES, TIMELINES } from '../api/lead-types.ts';

export type FieldKind = 'text' | 'email' | 'tel' | 'money' | 'number' | 'choice' | 'list' | 'words';
export interface Field {
  /** The input's path: also what the API's errors name. */
  readonly name: string;
  readonly label: string;
  readonly kind: FieldKind;
  readonly options?: readonly string[];
  readonly hint?: string;
  readonly step?: number;
  readonly onlyNew?: boolean;
  readonly isWide?: boolean;
}
export interface FieldGroup {
  readonly title: string;
  readonly fields: readonly Field[];
}

export const GROUPS: readonly FieldGroup[] = [
  {
    title: 'Who it is',
    fields: [
      { name: 'firstName', label: 'First name', kind: 'text' },
      { name: 'lastName', label: 'Last name', kind: 'text' },
      { name: 'email', label: 'Email', kind: 'email' },
      { name: 'phone', label: 'Phone', kind: 'tel', hint: 'Ten digits, or +country…' },
      { name: 'source', label: 'Came by', kind: 'choice', options: SOURCES },
      { name: 'intent', label: 'Intent', kind: 'choice', options: INTENTS },
      { name: 'tags', label: 'Tags', kind: 'list', hint: 'Separated by commas', onlyNew: true, isWide: true },
    ],
  },
  {
    title: 'When and with what',
    fields: [
      { name: 'preferences.timeline', label: 'Timeline', kind: 'choice', options: TIMELINES },
      { name: 'preferences.financing', label: 'Financing', kind: 'choice', options: FINANCINGS },
      { name: 'preferences.budgetMin', label: 'Budget from', kind: 'money', hint: 'US dollars' },
      { name: 'preferences.budgetMax', label: 'Budget to', kind: 'money', hint: 'US dollars' },
      { name: 'preferences.timelineWords', label: 'In their words, when', kind: 'words', isWide: true },
    ],
  },
  {
    title: 'What home',
    fields: [
      { name: 'preferences.locations', label: 'Where', kind: 'list', hint: 'Zip codes or cities, separated by commas' },
      { name: 'preferences.propertyTypes', label: 'Kinds of home', kind: 'list', hint: 'House, condo, …' },
      { name: 'preferences.bedroomsMin', label: 'Bedrooms, at least', kind: 'number' },
      { name: 'preferences.bathroomsMin', label: 'Bathrooms, at least', kind: 'number', step: 0.5 },
      { name: 'preferences.squareFeetMin', label: 'Square feet from', kind: 'number' },
      { name: 'preferences.squareFeetMax', label: 'Square feet to', kind: 'number' },
      { name: 'preferences.mustHaves', label: 'Must have', kind: 'list', hint: 'Separated by commas', isWide: true },
      { name: 'preferences.motivation', label: 'Why they move', kind: 'words', isWide: true },
    ],
  },
];
const FIELDS = GROUPS.flatMap(({ fields }) => fields);
export const FIELD_NAMES: ReadonlySet<string> = new Set(FIELDS.map(({ name }) => name));

/** What stands in the fields, by name. */
export type Values = Readonly<Record<string, string>>;

const DEFAULTS: Values = { source: 'OTHER', intent: 'BUYER', 'preferences.timeline': 'UNKNOWN', 'preferences.financing': 'UNKNOWN' };

export function valuesOf(lead: HubLead | null): Values {
  const texts = FIELDS.map(({ name }): [string, string] => [name, lead === null ? (DEFAULTS[name] ?? '') : textOf(valueAt(lead, name))]);
  return Object.fromEntries(texts);
}

function valueAt(lead: HubLead, path: string): unknown {
  return path.split('.').reduce<unknown>((at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined), lead);
}
function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'string' || typeof value === 'number' ? String(value).replace(/\.00$/, '') : '';
}

/** Null clears what was there. */
function inputValue({ kind }: Field, text: string): unknown {
  if (kind === 'list')
    return text
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean);
  if (text.trim() === '') return null;
  if (kind === 'number') return Number(text);
  // Money goes as decimal text: "$925,000" is 925000.
  return kind === 'money' ? text.replace(/[$,\s]/g, '') : text.trim();
}

export type LeadInput = Record<string, unknown>;

/** The input with the fields that differ from `before`: an update says only what it changes. */
export function inputOf(values: Values, before: Values): LeadInput {
  const input: LeadInput = {};
  const preferences: LeadInput = {};
  for (const field of FIELDS) {
    const text = values[field.name] ?? '';
    if (text === (before[field.name] ?? '')) continue;
    const [first = '', second] = field.name.split('.');
    if (second === undefined) input[first] = inputValue(field, text);
    else preferences[second] = inputValue(field, text);
  }
  return Object.keys(preferences).length === 0 ? input : { ...input, preferences };
}

const MONEY = /^\d+(\.\d{1,2})?$/;

/** The first field that cannot be sent as it is: the API would say of it only that it is no number. */
export function problemOf(values: Values): { readonly field: string; readonly message: string } | null {
  const wrong = FIELDS.find((field) => {
    const value = inputValue(field, values[field.name] ?? '');
    if (field.kind === 'money') return typeof value === 'string' && !MONEY.test(value);
    return Number.isNaN(value);
  });
  return wrong ? { field: wrong.name, message: wrong.kind === 'money' ? 'A sum like 925,000' : 'A number' } : null;
}
