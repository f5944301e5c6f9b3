/** CSV text into named cells, with the line of each row, so that an error can say where. */
import { parse } from 'csv-parse/browser/esm/sync';

/** What is wrong, where: `row` is the line in the text, the header being line 1. */
export interface RowError {
  readonly row: number;
  readonly column: string | null;
  readonly message: string;
}

export interface CsvRow {
  readonly row: number;
  /** Trimmed text by column name; '' where the cell is empty. */
  readonly cells: Readonly<Record<string, string>>;
}

export interface CsvTable {
  readonly columns: readonly string[];
  readonly rows: readonly CsvRow[];
  readonly errors: readonly RowError[];
}

/** Names as people write them: case, spaces, dashes and underscores do not matter. */
export const columnKey = (name: string): string => name.toLowerCase().replaceAll(/[\s_-]+/g, '');

interface Line {
  readonly row: number;
  readonly cells: readonly string[];
}

function splitLines(text: string, errors: RowError[]): Line[] {
  const lines: Line[] = [];
  parse(text, {
    bom: true,
    trim: true,
    skip_empty_lines: true,
    relax_column_count: true,
    skip_records_with_error: true,
    on_skip: (error) => {
      errors.push({ row: Number(error?.['lines'] ?? 1), column: null, message: `the row cannot be read as CSV: ${error?.message ?? 'unknown'}` });
      return undefined;
    },
    on_record: (cells: string[], context) => {
      lines.push({ row: context.lines, cells });
      return null;
    },
  });
  return lines;
}

/**
 * Reads the text. A row that cannot be read, or that has too few or too many cells, is an error of that row; the others go on.
 */
export function readCsv(text: string): CsvTable {
  const errors: RowError[] = [];
  const [header, ...lines] = splitLines(text, errors);
  if (!header) return { columns: [], rows: [], errors: [...errors, { row: 1, column: null, message: 'the first line must name the columns; there is none' }] };
  const columns = header.cells.map(columnKey);
  const rows: CsvRow[] = [];
  for (const { row, cells } of lines) {
    if (cells.length === columns.length) rows.push({ row, cells: Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? ''])) });
    else errors.push({ row, column: null, message: `the row has ${cells.length} cells, the header has ${columns.length}` });
  }
  return { columns, rows, errors };
}
