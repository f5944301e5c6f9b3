/** Variables as compiled operations take them, against GraphQL's own: the same values, or nothing. More of them: `VARIABLES=1000000`. */
import * as fc from 'fast-check';
import { buildSchema, getVariableValues, parse, type OperationDefinitionNode } from 'graphql';
import { expect, test } from 'vitest';
import { createCoercion } from '../../../gateway/compiled/variables.ts';

const RUNS = Number(process.env['VARIABLES'] ?? 4_000);

const schema = buildSchema(/* GraphQL */ `
  enum Colour {
    RED
    GREEN
  }
  input Point {
    x: Float!
    y: Float = 1.5
  }
  input Shape {
    name: String!
    colour: Colour = GREEN
    points: [Point!]
    rows: [[Int]]
    parts: [Shape!]
    size: Int! = 3
    isOpen: Boolean
    id: ID
  }
  input Choice @oneOf {
    a: Int
    b: String
  }
  type Query {
    nothing: Int
  }
`);
const document = parse(/* GraphQL */ `
  query ($shape: Shape!, $shapes: [Shape], $count: Int = 7, $colour: Colour!, $choice: Choice, $point: Point = { x: 2 }, $text: String) {
    nothing
  }
`);
const definitions = (document.definitions[0] as OperationDefinitionNode).variableDefinitions ?? [];
const coerce = createCoercion(schema).of(definitions);

const leaf = fc.oneof(
  fc.constantFrom(null, undefined, true, '', 'RED', 'GREEN', 'BLUE', 'name', 0, -0, 1, 1.5, 2 ** 31, NaN, 1e300),
  fc.string({ maxLength: 4 }),
  fc.integer(),
);
/** Sometimes what belongs there, sometimes anything. */
const mostly = <T>(right: fc.Arbitrary<T>): fc.Arbitrary<unknown> => fc.oneof({ weight: 60, arbitrary: right }, { weight: 1, arbitrary: leaf });
const some = (fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 60, arbitrary: fc.record(fields, { requiredKeys: ['name', 'x'].filter((key) => key in fields) }) },
    { weight: 1, arbitrary: fc.record({ ...fields, unknown: leaf, constructor: leaf }, { requiredKeys: [] }) },
  );
const colour = mostly(fc.constantFrom('RED', 'GREEN'));
const number = mostly(fc.double({ noNaN: true, noDefaultInfinity: true }));
const point = mostly(some({ x: number, y: number }));
const { shape } = fc.letrec((tie) => ({
  shape: mostly(
    some({
      name: mostly(fc.string()),
      colour,
      points: mostly(fc.array(point, { maxLength: 3 })),
      rows: mostly(fc.array(mostly(fc.array(mostly(fc.integer()), { maxLength: 2 })), { maxLength: 2 })),
      parts: mostly(fc.array(tie('shape'), { maxLength: 1 })),
      size: mostly(fc.integer()),
      isOpen: mostly(fc.boolean()),
      id: mostly(fc.string()),
    }),
  ),
}));
const variables = fc.record(
  {
    shape,
    shapes: mostly(fc.array(shape, { maxLength: 2 })),
    count: mostly(fc.integer({ max: 2 ** 31 - 1 })),
    colour,
    choice: fc.constantFrom(undefined, undefined, null, { a: 1 }, { a: 1, b: '' }),
    point,
    text: mostly(fc.string()),
    more: leaf,
  },
  { requiredKeys: ['shape', 'colour'] },
);

test('variables are what GraphQL makes of them, or left to it', () => {
  const counts = { refused: 0, left: 0, equal: 0 };
  fc.assert(
    fc.property(variables, (value) => {
      // As it comes over the wire: nothing is undefined there.
      const given = JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
      const mine = coerce(given);
      const { coerced } = getVariableValues(schema, definitions, given);
      counts[mine !== null ? 'equal' : coerced === undefined ? 'refused' : 'left'] += 1;
      // What is left to GraphQL is for it to say.
      expect(plain(mine ?? coerced)).toStrictEqual(plain(coerced));
    }),
    { numRuns: RUNS },
  );
  console.info('variables', counts);
  // Neither refusing all nor taking all would show anything.
  expect(counts.equal).toBeGreaterThan(RUNS / 5);
  expect(counts.refused).toBeGreaterThan(RUNS / 20);
});

/** GraphQL's objects may have no prototype. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
}
