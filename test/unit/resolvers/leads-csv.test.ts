import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isApiError } from '../../../resolvers/errors.ts';
import { parseLeadsCsv } from '../../../resolvers/intake/leads-csv.ts';

const rowsOf = (csv: string): number[] => parseLeadsCsv(csv).rows.map(({ row }) => row);

/** The lines that it tells of; none where it refuses the file. Anything else is let out. */
function readOrRefuse(csv: string): number[] {
  try {
    const { rows, errors } = parseLeadsCsv(csv);
    return [...rows, ...errors].map(({ row }) => row);
  } catch (error) {
    if (isApiError(error)) return [];
    throw error;
  }
}

describe('a leads file', () => {
  test('has its columns by name, whatever their case and signs', () => {
    const { rows } = parseLeadsCsv(
      'First Name,LAST_NAME,e-mail,utm source,campaign,Bathrooms Min,must haves\nAda,Lovelace,ada@example.com,google,Spring,2.5,garage; pool\n',
    );
    expect(rows).toEqual([
      {
        row: 2,
        input: {
          firstName: 'Ada',
          lastName: 'Lovelace',
          email: 'ada@example.com',
          preferences: { bathroomsMin: 2.5, mustHaves: ['garage', 'pool'] },
          campaign: { utmSource: 'google', name: 'Spring' },
        },
      },
    ]);
  });

  test.each(['\n', '\r\n', '\r'])('tells lines as an editor counts them, with ends %j, empty lines and cells of several lines', (end) => {
    expect(rowsOf(['\uFEFFemail,motivation', 'a@b.co,x', '', '"b@b.co","two', 'lines"', '', 'c@b.co,y'].join(end))).toEqual([2, 4, 7]);
  });

  test('loses only the line that is broken', () => {
    const { rows, errors } = parseLeadsCsv('email,motivation\na@b.co,"x" y\nb@b.co,"z\n\nc@b.co,w\nd@b.co,say "hi"\ne@b.co,ok\n');
    expect(errors.map(({ row }) => row)).toEqual([2, 3, 6]);
    expect(rows.map(({ row }) => row)).toEqual([5, 7]);
  });

  test('tells every cell of a row that makes no sense', () => {
    const { rows, errors } = parseLeadsCsv('email,source,Budget Max\na@b.co,moon,lots\n');
    expect(rows).toEqual([]);
    expect(errors).toMatchObject([
      { row: 2, column: 'source', value: 'moon' },
      { row: 2, column: 'Budget Max', value: 'lots' },
    ]);
  });

  test('is read the same in one window or in many, cells of many lines included', () => {
    const rows = Array.from({ length: 3_000 }, (_, n) => (n % 7 === 0 ? `"a${n}@b.co","two\nlines ${'x'.repeat(n % 300)}"` : `a${n}@b.co,${n}`));
    const { rows: read, errors } = parseLeadsCsv(['email,motivation', ...rows, `z@b.co,"${'long\n'.repeat(8_000)}"`, 'end@b.co,y'].join('\n'));
    expect(errors).toEqual([]);
    expect(read.map(({ input }) => input.email)).toEqual([...rows.map((_, n) => `a${n}@b.co`), 'z@b.co', 'end@b.co']);
    expect(read.at(-2)?.row).toBe(2 + 3_000 + Math.ceil(3_000 / 7));
  });

  test('with no line that is whole is refused after a few', () => {
    expect(() => parseLeadsCsv(`email\n${'"a\n'.repeat(100_000)}`)).toThrow(/no CSV/);
  });

  test('with a line longer than any lead is refused at once, and that line is named', () => {
    expect(() => parseLeadsCsv(`email\na@b.co\n${','.repeat(10_000_000)}`)).toThrow(/line 3 is longer than 50000/);
  });

  test('whatever it holds, is read or refused', () => {
    const cell = fc.oneof(fc.constantFrom('"', ',', '\n', '\r', '""', 'a@b.co', ' ', ';'), fc.string({ unit: 'binary', maxLength: 5 }));
    fc.assert(
      fc.property(fc.array(cell, { maxLength: 40 }), (cells) => {
        const lines = readOrRefuse(`email,motivation\n${cells.join('')}`);
        expect(lines.every((row) => row > 1)).toBe(true);
      }),
    );
  });
});
