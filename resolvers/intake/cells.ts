/** What a cell of a CSV file means. */
import { isApiError } from '../errors.ts';
import { parseDecimal } from '../scalars.ts';

/** A cell that makes no sense; the message is for people. */
export class CellError extends Error {
  override readonly name = 'CellError';
}
export type Read<T> = (cell: string) => T;

export const text: Read<string> = (cell) => cell;
export const list: Read<readonly string[]> = (cell) =>
  cell
    .split(/[;|]/)
    .map((item) => item.trim())
    .filter(Boolean);
export const number: Read<number> = (cell) => {
  const value = Number(cell.replaceAll(',', ''));
  if (!Number.isFinite(value)) throw new CellError('must be a number');
  return value;
};
export const whole: Read<number> = (cell) => {
  const value = number(cell);
  if (!Number.isSafeInteger(value)) throw new CellError('must be a whole number');
  return value;
};
/** "$1,250,000.00" -> "1250000.00". */
export const money: Read<string> = (cell) => {
  try {
    return parseDecimal(cell.replace(/^\$\s*/, '').replaceAll(',', ''));
  } catch (error) {
    if (!isApiError(error)) throw error;
    throw new CellError('must be an amount such as 925000 or 925000.00');
  }
};
/** "Past client", "past_client" and PAST_CLIENT are one. */
export const oneOf =
  <T extends string>(choices: readonly T[]): Read<T> =>
  (cell) => {
    const wanted = cell.toUpperCase().replace(/[\s-]+/g, '_');
    const found = choices.find((choice) => choice === wanted);
    if (found === undefined) throw new CellError(`must be one of ${choices.join(', ')}`);
    return found;
  };
/** A day, or a moment with its offset. */
export const moment: Read<string> = (cell) => {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(cell) ? new Date(`${cell}T00:00:00Z`) : new Date(/[zZ]|[+-]\d\d:?\d\d$/.test(cell) ? cell : Number.NaN);
  if (Number.isNaN(time.getTime())) throw new CellError('must be a date like 2026-05-31, or a moment like 2026-05-31T09:30:00Z');
  return time.toISOString();
};
/** Header names as people write them: case, spaces and signs do not matter. */
export const plainHeader = (header: string): string => header.toLowerCase().replace(/[^a-z0-9]/g, '');
