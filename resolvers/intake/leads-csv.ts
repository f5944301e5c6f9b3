/** Leads from CSV text with a header line. Good rows come out; what cannot be read is told by line and column. */
import type { CreateLeadInput } from '../commands/inputs.ts';
import { badInput } from '../errors.ts';
import { csvRecords, type CsvRecord } from './csv-records.ts';
import { CellError } from './cells.ts';
import { columnOf, type Column } from './csv-columns.ts';
import type { ImportProblem, ParsedRows } from './import-rows.ts';

/** The rows that an import may have, its header, and some that are broken. */
export const LINES_MAX = 10_500;
const VALUE_SHOWN_MAX = 100;

/** Throws ApiError (BAD_USER_INPUT) where the text as a whole is no such file. */
export function parseLeadsCsv(text: string): ParsedRows<CreateLeadInput> {
  const { records: all, broken } = csvRecords(text, LINES_MAX);
  const errors: ImportProblem[] = broken.map(({ row, message }) => ({ row, column: null, message }));
  const [header, ...records] = all;
  if (header === undefined) throw badInput('input.csv needs a header line', 'input.csv');
  const columns = header.cells.map(columnOf);
  checkHeader(header.cells, columns);
  const rows: { row: number; input: CreateLeadInput }[] = [];
  for (const record of records) {
    const input = inputOf(record, header.cells, columns, errors);
    if (input !== null) rows.push({ row: record.row, input });
  }
  return { field: 'input.csv', rows, errors, ignoredColumns: header.cells.filter((_, at) => columns[at] === undefined) };
}

function checkHeader(headers: readonly string[], columns: readonly (Column | undefined)[]): void {
  const fields = columns.flatMap((column) => (column === undefined ? [] : [column.field]));
  if (fields.length === 0) {
    throw badInput(`the first line of input.csv names no column that is known: ${headers.join(', ').slice(0, VALUE_SHOWN_MAX)}`, 'input.csv');
  }
  const twice = fields.find((field, at) => fields.indexOf(field) !== at);
  if (twice !== undefined) throw badInput(`the first line of input.csv names ${twice} twice`, 'input.csv');
}

function inputOf(
  { row, cells }: CsvRecord,
  headers: readonly string[],
  columns: readonly (Column | undefined)[],
  errors: ImportProblem[],
): CreateLeadInput | null {
  if (cells.length !== headers.length) {
    errors.push({ row, column: null, message: `has ${cells.length} cells, the header has ${headers.length}` });
    return null;
  }
  const parts = { lead: {} as Record<string, unknown>, preferences: {} as Record<string, unknown>, campaign: {} as Record<string, unknown> };
  const errorsBefore = errors.length;
  columns.forEach((column, at) => {
    const cell = cells[at] ?? '';
    if (column === undefined || cell === '') return;
    try {
      parts[column.part][column.field] = column.read(cell);
    } catch (error) {
      if (!(error instanceof CellError)) throw error;
      errors.push({ row, column: headers[at] ?? null, message: error.message, value: cell.slice(0, VALUE_SHOWN_MAX) });
    }
  });
  return errors.length > errorsBefore ? null : { ...parts.lead, preferences: parts.preferences, campaign: parts.campaign };
}
