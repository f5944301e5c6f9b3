import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonText } from '../../../gateway/compiled/json-text.ts';

test('plain values are written as JSON.stringify writes them', () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', '\u007f', '\ud800', '\udc00', '\u2028', 'é') }),
  );
  const long = text.map((one) => one.repeat(30));
  fc.assert(
    fc.property(fc.oneof(text, long, fc.double(), fc.integer(), fc.boolean(), fc.constantFrom(null, undefined, -0, NaN), fc.json(), fc.object()), (value) => {
      expect(jsonText(value)).toBe(JSON.stringify(value));
    }),
    { numRuns: 20_000 },
  );
});
