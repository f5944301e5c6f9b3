/** CSV text to records. A broken line costs that line, not the file behind it. */
import { CsvError, parse, type Info } from 'csv-parse/browser/esm/sync';
import { badInput } from '../errors.ts';

export interface CsvRecord {
  /** The line on which it begins, from 1. */
  readonly row: number;
  readonly cells: readonly string[];
}
export interface BrokenLine {
  readonly row: number;
  readonly message: string;
}

/**
 * The text is parsed a window at a time: behind a broken line the parser begins anew, and it takes in all the text it is given first,
 * so that whole files would make a file of broken lines cost its square.
 */
const WINDOW_CHARS = 16_000;
/** One row with its notes: as far as a quote that is not closed is followed, and the longest that a line may be (some thousands more pass). */
const RECORD_CHARS_MAX = 50_000;
/** With more than this it is another kind of file. */
const BROKEN_MAX = 200;

interface Place {
  readonly offset: number;
  /** Lines before it. */
  readonly line: number;
  /** A record begins here that the last window cut off. */
  readonly cutOff: boolean;
}

/** Throws ApiError (BAD_USER_INPUT) where the first line or too many others are broken, or where there are more records than asked for. */
export function csvRecords(csv: string, recordsMax: number): { records: CsvRecord[]; broken: BrokenLine[] } {
  const text = `${csv.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n')}\n`; // Every line has an end.
  const records: CsvRecord[] = [];
  const broken: BrokenLine[] = [];
  let at: Place = { offset: 0, line: 0, cutOff: false };
  while (at.offset < text.length) {
    if (records.length > recordsMax) throw badInput(`input.csv has more than ${recordsMax} lines`, 'input.csv');
    const from = at.offset + (at.cutOff ? RECORD_CHARS_MAX : WINDOW_CHARS);
    const end = lineEnd(text, from);
    // Parsing it would hold everybody else up for seconds, to find that nothing in it is a lead.
    if (end - from > RECORD_CHARS_MAX) throw tooLong(text.slice(at.offset, from), at.line);
    const { read, error } = readWindow(text.slice(at.offset, end), at.line, records);
    const next = skipLines(text, at, read, error !== null);
    if (error === null || isCutOff(error, end < text.length, at, next)) {
      at = next;
      continue;
    }
    const message = reasonOf(error);
    if (records.length === 0 || broken.length >= BROKEN_MAX) throw badInput(`input.csv is no CSV: line ${next.line + 1} ${message}`, 'input.csv');
    broken.push({ row: next.line + 1, message });
    at = skipLines(text, next, 1, false);
  }
  return { records, broken };
}

function tooLong(before: string, lines: number) {
  return badInput(`input.csv: line ${lines + lineEndsIn([before]) + 1} is longer than ${RECORD_CHARS_MAX} characters`, 'input.csv');
}

/** Adds the window's records; `read` is the number of its lines that they take. */
function readWindow(window: string, line: number, records: CsvRecord[]): { read: number; error: CsvError | null } {
  let read = 0;
  const onRecord = (cells: string[], { lines }: Info): null => {
    read = lines;
    records.push({ row: line + lines - lineEndsIn(cells), cells });
    return null;
  };
  try {
    parse(window, { trim: true, relax_column_count: true, skip_empty_lines: true, record_delimiter: '\n', on_record: onRecord });
    return { read: lineEndsIn([window]), error: null };
  } catch (error) {
    if (error instanceof CsvError) return { read, error };
    throw error;
  }
}

/** True where the record may be whole once more of the text is looked at. */
const isCutOff = ({ code }: CsvError, hasMore: boolean, from: Place, record: Place): boolean =>
  code === 'CSV_QUOTE_NOT_CLOSED' && hasMore && !(from.cutOff && from.offset === record.offset);

/** A quoted cell may hold line ends; the parser tells where the record ended. */
const lineEndsIn = (texts: readonly string[]): number => texts.reduce((sum, part) => sum + (part.match(/\n/g)?.length ?? 0), 0);

/** Behind the end of the line that holds that place. */
function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end === -1 ? text.length : end + 1;
}

/** The place so many lines on; `toRecord`: and behind the empty lines that follow, where a record begins. */
function skipLines(text: string, { offset, line }: Place, lines: number, toRecord: boolean): Place {
  let [at, to] = [offset, line];
  const isWanted = (): boolean => to < line + lines || (toRecord && text.slice(at, lineEnd(text, at)).trim() === '');
  for (; at < text.length && isWanted(); to++) at = lineEnd(text, at);
  return { offset: at, line: to, cutOff: toRecord };
}

/** The parser counts lines from where it was started, so its words on the place are left out. */
function reasonOf({ code, message }: CsvError): string {
  if (code === 'CSV_QUOTE_NOT_CLOSED') return 'has a quote that is never closed';
  if (code === 'CSV_INVALID_CLOSING_QUOTE') return 'has something behind a closing quote; a quote within a quoted cell is written twice';
  if (code === 'INVALID_OPENING_QUOTE') return 'has a quote in the middle of a cell; a cell with quotes is quoted as a whole';
  return message.split(':')[0] ?? message;
}
