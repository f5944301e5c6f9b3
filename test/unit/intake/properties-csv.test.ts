import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parsePropertiesCsv } from '../../../resolvers/intake/properties-csv.ts';

const IMPORTED_AT = '2026-11-23T12:00:00.000Z';
const HEADER = 'id,price_usd,bedrooms,bathrooms,sqft_living,zipcode';

describe('listings from CSV', () => {
  it('reads every one of the 3,000 real homes, prices in cents', () => {
    const { rows, errors } = parsePropertiesCsv(readFileSync(new URL('../../../scripts/demo/king-county-homes.csv', import.meta.url), 'utf8'), IMPORTED_AT);
    expect(errors).toEqual([]);
    expect(rows).toHaveLength(3_000);
    expect(rows[0]).toMatchObject({
      row: 2,
      details: { externalId: '7856610160', priceMinor: 92_500_000, bathrooms: 1.75, zip: '98006', listedAt: '2014-08-12T00:00:00.000Z' },
    });
  });

  it('tells a bad row by line and column, and takes the good ones', () => {
    const { rows, errors } = parsePropertiesCsv(
      `${HEADER}\n1,500000,3,2,1500,98001\n2,a lot,3,2,1500,98001\n3,500000,,2,1500,98001\n4,500000,3,2\n`,
      IMPORTED_AT,
    );
    expect(rows.map(({ row }) => row)).toEqual([2]);
    expect(errors).toContainEqual({ row: 3, column: 'priceusd', message: 'must be a number from 0 to 1000000000, not "a lot"' });
    expect(errors).toContainEqual({ row: 4, column: 'bedrooms', message: 'must not be empty' });
    expect(errors).toContainEqual({ row: 5, column: null, message: 'the row has 4 cells, the header has 6' });
  });

  it('takes a price as people write it, and the import time where the file has no date', () => {
    const { rows } = parsePropertiesCsv(`ID,List Price,Beds,Baths,SqFt,Zip\nA-1,"$1,250,000.50",3,2.5,"2,100",98101\n`, IMPORTED_AT);
    expect(rows[0]?.details).toMatchObject({ externalId: 'A-1', priceMinor: 125_000_050, squareFeet: 2_100, listedAt: IMPORTED_AT });
  });

  it.each(['', '\n\n', 'just,some,words', '\u0000\u0001', '"never closed', 'id\n"a"b'])('answers %j with an error that says what is missing', (text) => {
    const { rows, errors } = parsePropertiesCsv(text, IMPORTED_AT);
    expect(rows).toEqual([]);
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.every(({ row, message }) => row >= 1 && message.length > 10)).toBe(true);
  });
});
