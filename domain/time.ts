/** Times are ISO 8601 in UTC with milliseconds, so that they sort as text. Nothing here reads a clock. */
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

const ISO = /^(\d{4}-\d{2}-(\d{2}))T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;
/** Outside of these years a time is a slip, and its text may not sort. */
const YEARS = { first: 1900, last: 2199 };

/** The time in our form, or null where the text is no ISO 8601 time with an offset. */
export function parseTime(text: string): string | null {
  const parts = ISO.exec(text);
  if (!parts) return null;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) return null;
  const date = new Date(ms);
  const year = date.getUTCFullYear();
  if (year < YEARS.first || year > YEARS.last) return null;
  const ours = date.toISOString();
  return ours === text || isCalendarDay(parts[1] ?? '', Number(parts[2])) ? ours : null;
}

/** Date.parse takes the 30th of February for the 1st of March. */
const isCalendarDay = (date: string, day: number): boolean => new Date(`${date}T00:00:00Z`).getUTCDate() === day;

/** The day of a time, in UTC: `2026-03-01`. */
export const dayOf = (at: string): string => at.slice(0, 10);

export const plusMs = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();
export const later = (a: string | undefined, b: string): string => (a !== undefined && a > b ? a : b);
export const hoursBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / HOUR_MS;

/** A formatter takes longer to make than a lead to decide on; zones are few, and spellings of them are kept from filling memory. */
const hourFormats = new Map<string, Intl.DateTimeFormat>();
const FORMATS_MAX = 1_000;

function hourFormat(timeZone: string): Intl.DateTimeFormat {
  const known = hourFormats.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', { timeZone, hour: 'numeric', hourCycle: 'h23' });
  if (hourFormats.size >= FORMATS_MAX) hourFormats.clear();
  hourFormats.set(timeZone, made);
  return made;
}

/** True for the name of a time zone that the runtime knows. */
export function isTimeZone(name: string): boolean {
  try {
    hourFormat(name);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** The hour of the day (0 to 23) on the clocks of that zone. */
export const localHour = (at: string, timeZone: string): number => Number(hourFormat(timeZone).format(new Date(at)));
