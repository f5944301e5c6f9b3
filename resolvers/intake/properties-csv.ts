/** Listings from CSV: the county's sales file, or any file with columns of these names. */
import { PROPERTY_STATUSES } from '../../domain/property/property.ts';
import type { UpsertPropertyInput } from '../commands/inputs.ts';
import { badInput } from '../errors.ts';
import { CellError, list, moment, money, number, oneOf, plainHeader, text, whole, type Read } from './cells.ts';
import { csvRecords, type CsvRecord } from './csv-records.ts';
import type { ImportProblem, ParsedRows } from './import-rows.ts';
import { LINES_MAX } from './leads-csv.ts';

/** Everything but the point, which two columns make up. */
type Field = Exclude<keyof UpsertPropertyInput, 'point'> | 'lat' | 'lon';

interface Column {
  readonly read: Read<unknown>;
  /** Other names that files have for it. */
  readonly names: readonly string[];
  /** A listing without it is none. */
  readonly required?: true;
}

const COLUMNS: Readonly<Record<Field, Column>> = {
  externalId: { read: text, names: ['id', 'mls number', 'listing id'], required: true },
  price: { read: money, names: ['price usd', 'list price'], required: true },
  bedrooms: { read: whole, names: ['beds'], required: true },
  bathrooms: { read: number, names: ['baths'], required: true },
  squareFeet: { read: whole, names: ['sqft living', 'sqft'], required: true },
  zip: { read: text, names: ['zipcode', 'postal code'], required: true },
  propertyType: { read: (cell) => cell.toUpperCase(), names: ['type'] },
  status: { read: oneOf(PROPERTY_STATUSES), names: [] },
  lotSquareFeet: { read: whole, names: ['sqft lot'] },
  floors: { read: number, names: ['stories'] },
  condition: { read: text, names: [] },
  yearBuilt: { read: whole, names: ['yr built'] },
  address: { read: text, names: ['street'] },
  city: { read: text, names: [] },
  neighbourhood: { read: text, names: ['neighborhood'] },
  features: { read: list, names: [] },
  listedAt: { read: moment, names: ['list date', 'sold on'] },
  lat: { read: number, names: ['latitude'] },
  lon: { read: number, names: ['lng', 'long', 'longitude'] },
};
const FIELDS = Object.keys(COLUMNS) as Field[];
const FIELD_OF_HEADER = new Map(FIELDS.flatMap((field) => [field, ...COLUMNS[field].names].map((name) => [plainHeader(name), field] as const)));
/** What a file means that does not say what kind of home it lists. */
const DEFAULT_TYPE = 'HOUSE';
const VALUE_SHOWN_MAX = 100;

/** Good rows come out, bad ones are told by line and column. Throws ApiError (BAD_USER_INPUT) where the text as a whole is no such file. */
export function parsePropertiesCsv(csv: string): ParsedRows<UpsertPropertyInput> {
  const { records: all, broken } = csvRecords(csv, LINES_MAX);
  const [header, ...records] = all;
  if (header === undefined) throw badInput('input.csv needs a header line', 'input.csv');
  const fields = header.cells.map((name) => FIELD_OF_HEADER.get(plainHeader(name)));
  requireColumns(fields);
  const errors: ImportProblem[] = broken.map(({ row, message }) => ({ row, column: null, message }));
  const rows = records.flatMap((record) => {
    const { values, problems } = readRow(record, header.cells, fields);
    errors.push(...problems);
    return problems.length > 0 ? [] : [{ row: record.row, input: toInput(values) }];
  });
  return { field: 'input.csv', rows, errors, ignoredColumns: header.cells.filter((_, at) => fields[at] === undefined) };
}

function requireColumns(fields: readonly (Field | undefined)[]): void {
  const missing = FIELDS.filter((field) => COLUMNS[field].required && !fields.includes(field));
  if (missing.length === 0) return;
  const named = missing.map((field) => [field, ...COLUMNS[field].names].join(' or '));
  throw badInput(`the first line of input.csv must name these columns, too: ${named.join('; ')}`, 'input.csv');
}

type Values = Partial<Record<Field, unknown>>;

function readRow({ row, cells }: CsvRecord, headers: readonly string[], fields: readonly (Field | undefined)[]): { values: Values; problems: ImportProblem[] } {
  if (cells.length !== headers.length)
    return { values: {}, problems: [{ row, column: null, message: `has ${cells.length} cells, the header has ${headers.length}` }] };
  const values: Values = {};
  const problems: ImportProblem[] = [];
  fields.forEach((field, at) => {
    const [cell, column] = [cells[at] ?? '', headers[at] ?? null];
    if (field === undefined) return;
    try {
      if (cell !== '') values[field] = COLUMNS[field].read(cell);
      else if (COLUMNS[field].required) throw new CellError('must not be empty');
    } catch (error) {
      if (!(error instanceof CellError)) throw error;
      problems.push({ row, column, message: error.message, value: cell.slice(0, VALUE_SHOWN_MAX) });
    }
  });
  return { values, problems };
}

/** The readers above made each value what its field takes. */
function toInput({ lat, lon, ...values }: Values): UpsertPropertyInput {
  const point = typeof lat === 'number' && typeof lon === 'number' ? { lat, lon } : undefined;
  return { propertyType: DEFAULT_TYPE, ...values, point } as UpsertPropertyInput;
}
