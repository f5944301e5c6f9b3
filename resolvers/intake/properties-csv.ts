/** Listings from CSV: the county's sales file, or any file with columns of these names. */
import type { PropertyDetails } from '../../domain/property/property.ts';
import { columnKey, readCsv, type CsvRow, type RowError } from './csv.ts';

export interface ParsedProperties {
  readonly rows: readonly { readonly row: number; readonly details: PropertyDetails }[];
  readonly errors: readonly RowError[];
}

/** Our name for a column, and the names that files use for it. */
const COLUMNS = {
  id: ['id', 'external_id', 'mls_number', 'listing_id'],
  listedAt: ['listed_at', 'list_date', 'sold_on'],
  price: ['price_usd', 'price', 'list_price'],
  bedrooms: ['bedrooms', 'beds'],
  bathrooms: ['bathrooms', 'baths'],
  squareFeet: ['sqft_living', 'square_feet', 'sqft'],
  lot: ['sqft_lot', 'lot_square_feet'],
  floors: ['floors', 'stories'],
  condition: ['condition'],
  yearBuilt: ['yr_built', 'year_built'],
  zip: ['zipcode', 'zip', 'postal_code'],
  lat: ['lat', 'latitude'],
  lon: ['lon', 'lng', 'long', 'longitude'],
  address: ['address', 'street'],
  city: ['city'],
  neighbourhood: ['neighbourhood', 'neighborhood'],
  type: ['property_type', 'type'],
  features: ['features'],
} as const;
type Column = keyof typeof COLUMNS;
const REQUIRED: readonly Column[] = ['id', 'price', 'bedrooms', 'bathrooms', 'squareFeet', 'zip'];

type Names = Readonly<Partial<Record<Column, string>>>;

function findColumns(present: readonly string[]): Names {
  const names: Partial<Record<Column, string>> = {};
  for (const [column, aliases] of Object.entries(COLUMNS) as [Column, readonly string[]][]) {
    const found = aliases.map(columnKey).find((alias) => present.includes(alias));
    if (found !== undefined) names[column] = found;
  }
  return names;
}

/** Reads the cells of one row; collects every mistake of it. */
class RowReader {
  readonly errors: RowError[] = [];
  readonly #row: CsvRow;
  readonly #names: Names;

  constructor(row: CsvRow, names: Names) {
    this.#row = row;
    this.#names = names;
  }

  text(column: Column): string | undefined {
    const name = this.#names[column];
    return (name === undefined ? undefined : this.#row.cells[name]) || undefined;
  }

  required(column: Column): string {
    const value = this.text(column);
    if (value === undefined) this.#problem(column, 'must not be empty');
    return value ?? '';
  }

  number(column: Column, min: number, max: number): number | undefined {
    const text = this.text(column);
    if (text === undefined) return undefined;
    const value = Number(text.replaceAll(/[$,]/g, ''));
    if (Number.isFinite(value) && value >= min && value <= max) return value;
    this.#problem(column, `must be a number from ${min} to ${max}, not ${JSON.stringify(text)}`);
    return undefined;
  }

  requiredNumber(column: Column, min: number, max: number): number {
    this.required(column);
    return this.number(column, min, max) ?? min;
  }

  date(column: Column): string | undefined {
    const text = this.text(column);
    if (text === undefined) return undefined;
    if (/^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(Date.parse(text))) return new Date(text).toISOString();
    this.#problem(column, `must be a date like 2026-05-31, not ${JSON.stringify(text)}`);
    return undefined;
  }

  #problem(column: Column, message: string): void {
    this.errors.push({ row: this.#row.row, column: this.#names[column] ?? column, message });
  }
}

function readDetails(reader: RowReader, importedAt: string): PropertyDetails {
  const [lat, lon] = [reader.number('lat', -90, 90), reader.number('lon', -180, 180)];
  return {
    externalId: reader.required('id'),
    status: 'ACTIVE',
    priceMinor: Math.round(reader.requiredNumber('price', 0, 1e9) * 100),
    bedrooms: reader.requiredNumber('bedrooms', 0, 100),
    bathrooms: reader.requiredNumber('bathrooms', 0, 100),
    squareFeet: reader.requiredNumber('squareFeet', 0, 1e6),
    lotSquareFeet: reader.number('lot', 0, 1e9),
    floors: reader.number('floors', 0, 200),
    condition: reader.text('condition'),
    yearBuilt: reader.number('yearBuilt', 1600, 2200),
    propertyType: reader.text('type')?.toUpperCase() ?? 'HOUSE',
    address: reader.text('address'),
    city: reader.text('city'),
    neighbourhood: reader.text('neighbourhood'),
    zip: reader.required('zip'),
    point: lat === undefined || lon === undefined ? undefined : { lat, lon },
    features: (reader.text('features') ?? '')
      .split(/[;|]/)
      .map((feature) => feature.trim())
      .filter(Boolean),
    listedAt: reader.date('listedAt') ?? importedAt,
  };
}

/** Good rows come out, bad ones are told of by row and column. `importedAt` (ISO) stands in where the file has no date. */
export function parsePropertiesCsv(text: string, importedAt: string): ParsedProperties {
  const table = readCsv(text);
  if (table.columns.length === 0) return { rows: [], errors: table.errors };
  const names = findColumns(table.columns);
  const missing = REQUIRED.filter((column) => names[column] === undefined);
  if (missing.length > 0) {
    return {
      rows: [],
      errors: missing.map((column) => ({ row: 1, column, message: `there is no such column; it may be called ${COLUMNS[column].join(', ')}` })),
    };
  }
  const rows: { row: number; details: PropertyDetails }[] = [];
  const errors: RowError[] = [...table.errors];
  for (const row of table.rows) {
    const reader = new RowReader(row, names);
    const details = readDetails(reader, importedAt);
    if (reader.errors.length > 0) errors.push(...reader.errors);
    else rows.push({ row: row.row, details });
  }
  return { rows, errors };
}
