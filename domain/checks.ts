/**
 * Checks of single values from outside. Each answers the clean value, or a Problem that names the field.
 * They take unknown because a command may come from a log that somebody else wrote to.
 */
import { isId, type IdKind, type makeId } from './ids.ts';
import { Problem } from './problem.ts';
import { parseTime, isTimeZone } from './time.ts';

export type Check<T> = (value: unknown, field: string) => T | Problem;

// Postgres takes neither NUL nor half a surrogate pair; other control characters only do harm on a page.
const CONTROLS_IN_LINE = /\p{Cc}+/gu;
const CONTROLS_IN_TEXT = /[^\P{Cc}\n\t]+/gu;

/** Text of several lines: trimmed, without control characters. */
export const text =
  (lengthMax: number, lengthMin = 0): Check<string> =>
  (value, field) =>
    sized(value, field, lengthMin, lengthMax, (raw) => raw.toWellFormed().replace(/\r\n?/g, '\n').replace(CONTROLS_IN_TEXT, ' ').trim());

/** Text of one line: trimmed, spaces joined, never empty. */
export const line =
  (lengthMax: number): Check<string> =>
  (value, field) =>
    sized(value, field, 1, lengthMax, (raw) => raw.toWellFormed().replace(CONTROLS_IN_LINE, ' ').replace(/\s+/g, ' ').trim());

function sized(value: unknown, field: string, lengthMin: number, lengthMax: number, clean: (raw: string) => string): string | Problem {
  if (typeof value !== 'string') return new Problem(field, 'must be text');
  const cleaned = clean(value);
  if (cleaned.length < lengthMin) return new Problem(field, 'must not be empty');
  return cleaned.length > lengthMax ? new Problem(field, `is longer than ${lengthMax} characters`) : cleaned;
}

/** A number from min to max that is a multiple of `step` (1: whole numbers). */
export const number =
  (min: number, max: number, step = 1): Check<number> =>
  (value, field) =>
    typeof value === 'number' && value >= min && value <= max && Number.isInteger(value / step)
      ? value + 0
      : new Problem(field, `must be ${step === 1 ? 'a whole number' : `a number in steps of ${step}`} from ${min} to ${max}`);

/** A number from min to max, whatever its fraction. */
export const amount =
  (min: number, max: number): Check<number> =>
  (value, field) =>
    typeof value === 'number' && value >= min && value <= max ? value : new Problem(field, `must be a number from ${min} to ${max}`);

export const oneOf =
  <T extends string>(choices: readonly T[]): Check<T> =>
  (value, field) =>
    choices.find((choice) => choice === value) ?? new Problem(field, `must be one of ${choices.join(', ')}`);

export const flag: Check<boolean> = (value, field) => (typeof value === 'boolean' ? value : new Problem(field, 'must be true or false'));

/** ISO 8601 with an offset; answers UTC with milliseconds. */
export const time: Check<string> = (value, field) =>
  (typeof value === 'string' ? parseTime(value) : null) ?? new Problem(field, 'must be an ISO 8601 time with an offset, such as 2026-01-31T17:00:00Z');

export const timeZone: Check<string> = (value, field) =>
  typeof value === 'string' && isTimeZone(value) ? value : new Problem(field, 'is no time zone that is known; it takes a name such as America/Los_Angeles');

/** A list without repeats (case does not count), each item checked. */
export const list =
  (item: Check<string>, itemsMax: number): Check<readonly string[]> =>
  (value, field) => {
    if (!Array.isArray(value)) return new Problem(field, 'must be a list');
    if (value.length > itemsMax) return new Problem(field, `has more than ${itemsMax} items`);
    const seen = new Map<string, string>();
    for (const [i, raw] of value.entries()) {
      const checked = item(raw, `${field}.${i}`);
      if (checked instanceof Problem) return checked;
      if (!seen.has(checked.toLowerCase())) seen.set(checked.toLowerCase(), checked);
    }
    return [...seen.values()];
  };

export const point: Check<{ readonly lat: number; readonly lon: number }> = (value, field) => {
  const { lat, lon } = (typeof value === 'object' && value !== null ? value : {}) as { lat?: unknown; lon?: unknown };
  const north = amount(-90, 90)(lat, `${field}.lat`);
  if (north instanceof Problem) return north;
  const east = amount(-180, 180)(lon, `${field}.lon`);
  return east instanceof Problem ? east : { lat: north, lon: east };
};

/** Null, and text without content, clear a value. */
export const orNull =
  <T>(check: Check<T>): Check<T | null> =>
  (value, field) =>
    value === null || (typeof value === 'string' && value.trim() === '') ? null : check(value, field);

/** Null, and text without content, are the same as not told. */
export const optional =
  <T>(check: Check<T>): Check<T | undefined> =>
  (value, field) =>
    orNull(check)(value, field) ?? undefined;

export type Checks<T> = { readonly [K in keyof T]-?: Check<unknown> };

/** Checks the fields that the table names, leaves undefined ones out, and drops what the table does not name. */
export function checkFields<T extends object>(value: T, checks: Checks<T>, prefix = ''): T | Problem {
  if (typeof value !== 'object' || value === null) return new Problem(prefix.slice(0, -1) || 'input', 'must be an object');
  const clean: Record<string, unknown> = {};
  for (const [key, check] of Object.entries<Check<unknown>>(checks)) {
    const given = (value as Record<string, unknown>)[key];
    if (given === undefined) continue;
    const checked = check(given, prefix + key);
    if (checked instanceof Problem) return checked;
    clean[key] = checked;
  }
  return clean as T;
}

/** An id of ours of that kind. */
export const id =
  <K extends IdKind>(kind: K): Check<ReturnType<typeof makeId<K>>> =>
  (value, field) =>
    typeof value === 'string' && isId(kind, value) ? value : new Problem(field, `is not the id of ${IDS[kind]}`);
const IDS: Readonly<Record<IdKind, string>> = { lead: 'a lead', property: 'a property', agent: 'an agent', command: 'a command' };
