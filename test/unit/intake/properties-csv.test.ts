import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parsePropertiesCsv } from '../../../resolvers/intake/properties-csv.ts';

const HEADER = 'id,price_usd,bedrooms,bathrooms,sqft_living,zipcode';

describe('listings from CSV', () => {
  it('reads every one of the 3,000 real homes', () => {
    const { rows, errors } = parsePropertiesCsv(readFileSync(new URL('../../../scripts/demo/king-county-homes.csv', import.meta.url), 'utf8'));
    expect(errors).toEqual([]);
    expect(rows).toHaveLength(3_000);
    expect(rows[0]).toMatchObject({
      row: 2,
      input: {
        externalId: '7856610160',
        price: '925000',
        bathrooms: 1.75,
        zip: '98006',
        listedAt: '2014-08-12T00:00:00.000Z',
        point: { lat: 47.561, lon: -122.153 },
      },
    });
  });

  it('tells a bad row by line and column, and takes the good ones', () => {
    const { rows, errors } = parsePropertiesCsv(`${HEADER}\n1,500000,3,2,1500,98001\n2,a lot,3,2,1500,98001\n3,500000,,2,1500,98001\n4,500000,3,2\n`);
    expect(rows.map(({ row }) => row)).toEqual([2]);
    expect(errors).toEqual([
      { row: 3, column: 'price_usd', message: 'must be an amount such as 925000 or 925000.00', value: 'a lot' },
      { row: 4, column: 'bedrooms', message: 'must not be empty', value: '' },
      { row: 5, column: null, message: 'has 4 cells, the header has 6' },
    ]);
  });

  it('takes a price as people write it, and leaves the day of listing open where the file has none', () => {
    const { rows, ignoredColumns } = parsePropertiesCsv(`ID,List Price,Beds,Baths,SqFt,Zip,Colour\nA-1,"$1,250,000.50",3,2.5,"2,100",98101,blue\n`);
    expect(rows[0]?.input).toMatchObject({ externalId: 'A-1', price: '1250000.50', squareFeet: 2_100, propertyType: 'HOUSE' });
    expect(rows[0]?.input.listedAt).toBeUndefined();
    expect(ignoredColumns).toEqual(['Colour']);
  });

  it.each(['', '\n\n', 'just,some,words', '\u0000\u0001', '"never closed', 'id\n"a"b'])('answers %j with an error that says what is missing', (text) => {
    expect(() => parsePropertiesCsv(text)).toThrow(/input\.csv/);
  });
});
