import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDateTime, parseDecimal, toDecimal, toMinor } from '../../../resolvers/scalars.ts';

describe('money', () => {
  test('goes from text to minor units and back without a cent lost', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999_999_999_999 }), (minor) => {
        expect(toMinor(toDecimal(minor))).toBe(minor);
      }),
    );
  });

  test.each([
    ['925000', 92_500_000],
    ['925000.5', 92_500_050],
    ['0.07', 7],
    ['1.10', 110],
  ])('%s is %i in minor units', (decimal, minor) => {
    expect(toMinor(decimal)).toBe(minor);
  });

  test.each(['', '1.', '.5', '01', '1e3', '1,000', '-1', '1.234', ' 1', 'NaN', '99999999999999', 0.5, null, {}])('%j is no amount', (value) => {
    expect(() => parseDecimal(value)).toThrow(/Decimal/);
  });
});

describe('a moment', () => {
  test('is told in UTC with milliseconds', () => {
    expect(parseDateTime('2026-03-01T09:30:00+02:00')).toBe('2026-03-01T07:30:00.000Z');
  });

  test.each(['2026-02-30T00:00:00Z', '2026-03-01', '2026-03-01T09:30:00', 'now', 1_700_000_000, null])('is not %j', (value) => {
    expect(() => parseDateTime(value)).toThrow(/DateTime/);
  });
});
