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

/** One row with its notes: as far as a quote that is never closed is followed. */
const RECORD_CHARS_MAX = 50_000;
/** With more than this it is another kind of file. Also bounds the work, since each is followed anew. */
const BROKEN_MAX = 200;

/** Throws ApiError (BAD_USER_INPUT) where the first line or too many others are broken. */
export function csvRecords(csv: string): { records: CsvRecord[]; broken: BrokenLine[] } {
  const text = csv.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const records: CsvRecord[] = [];
  const broken: BrokenLine[] = [];
  for (let at = { offset: 0, line: 0 }; at.offset < text.length; ) {
    const error = readUntilBroken(text, at, records);
    if (error === null) break;
    if (records.length === 0 || broken.length >= BROKEN_MAX) throw badInput(`input.csv is no CSV: ${error.message}`, 'input.csv');
    broken.push({ row: error.line, message: error.message });
    at = { offset: offsetBehind(text, at, error.line), line: error.line };
  }
  return { records, broken };
}

interface Place {
  readonly offset: number;
  /** Lines before it. */
  readonly line: number;
}

/** Adds the records from there on; answers the first line that is broken, or null at the end. */
function readUntilBroken(text: string, from: Place, records: CsvRecord[]): { line: number; message: string } | null {
  let linesRead = 0;
  const onRecord = (cells: string[], { lines }: Info): null => {
    linesRead = lines;
    records.push({ row: from.line + lines - lineEndsIn(cells), cells });
    return null;
  };
  try {
    parse(text.slice(from.offset), {
      trim: true,
      relax_column_count: true,
      skip_empty_lines: true,
      record_delimiter: '\n',
      max_record_size: RECORD_CHARS_MAX,
      on_record: onRecord,
    });
    return null;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    // Lines without anything between the last good record and the broken one do not count as broken.
    let line = from.line + linesRead + 1;
    for (let offset = offsetBehind(text, from, line - 1); text[offset] === '\n'; offset++) line++;
    return { line, message: reasonOf(error) };
  }
}

/** A quoted cell may hold line ends; the parser tells where the record ended. */
const lineEndsIn = (cells: readonly string[]): number => cells.reduce((sum, cell) => sum + (cell.match(/\n/g)?.length ?? 0), 0);

/** The parser counts lines from where it was started, so its words on the place are left out. */
function reasonOf({ code, message }: CsvError): string {
  if (code === 'CSV_QUOTE_NOT_CLOSED' || code === 'CSV_MAX_RECORD_SIZE') return 'has a quote that is never closed';
  if (code === 'CSV_INVALID_CLOSING_QUOTE') return 'has something behind a closing quote; a quote within a quoted cell is written twice';
  if (code === 'INVALID_OPENING_QUOTE') return 'has a quote in the middle of a cell; a cell with quotes is quoted as a whole';
  return message.split(':')[0] ?? message;
}

function offsetBehind(text: string, from: Place, line: number): number {
  let { offset } = from;
  for (let at = from.line; at < line && offset < text.length; at++) {
    const end = text.indexOf('\n', offset);
    offset = end === -1 ? text.length : end + 1;
  }
  return offset;
}
