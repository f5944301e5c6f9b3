/** Text forms of moments and money. Throw ApiError (BAD_USER_INPUT) on anything else. */
import { parseTime } from '../domain/time.ts';
import { badInput } from './errors.ts';

/** ISO 8601 with an offset, to UTC with milliseconds. */
export function parseDateTime(value: unknown): string {
  const time = typeof value === 'string' ? parseTime(value) : null;
  if (time !== null) return time;
  throw badInput(`a DateTime is ISO 8601 with an offset, like 2026-03-01T09:30:00Z, not ${show(value)}`);
}

const DECIMAL = /^(0|[1-9]\d{0,12})(\.\d{1,2})?$/;

/** Checks money as decimal text; keeps it text. At most 13 digits before the point, so that minor units stay exact numbers. */
export function parseDecimal(value: unknown): string {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text === 'string' && DECIMAL.test(text)) return text;
  throw badInput(`a Decimal is text like "925000.00": digits, at most two of them behind the point, not ${show(value)}`);
}

/** "925000.5" -> 92500050. Exact: no float takes part. */
export function toMinor(decimal: string): number {
  const [whole = '0', cents = ''] = parseDecimal(decimal).split('.');
  return Number(whole + cents.padEnd(2, '0'));
}

/** 92500050 -> "925000.50". */
export function toDecimal(minor: number): string {
  const sign = minor < 0 ? '-' : '';
  const digits = String(Math.abs(Math.round(minor))).padStart(3, '0');
  return `${sign}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

const show = (value: unknown): string => (JSON.stringify(value) ?? String(value)).slice(0, 60);
