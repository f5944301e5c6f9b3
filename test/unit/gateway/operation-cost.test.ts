import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { costOf } from '../../../gateway/plugins/operation-cost.ts';
import { schema } from '../../../schema/schema.ts';

const TEXT = `
  query Small { leads(first: 2) { edges { node { id } } } }
  query Sized($first: Int = 7, $ids: [ID!], $id: ID, $constructor: Int) {
    leads(first: $first) { edges { node { id matches(first: $constructor) { edges { cursor } } } } }
    nodes(ids: $ids) { id }
    lead(id: $id) { id }
  }
`;
const GIVEN: readonly (Record<string, unknown> | undefined)[] = [
  undefined,
  {},
  { first: null },
  { first: 1 },
  { first: 100 },
  { first: 1e9 },
  { first: '100' },
  { ids: [] },
  { ids: ['a', 'b', 'c'] },
  { ids: 'a' },
  { constructor: 50 },
  { id: 'x', first: 3, ids: ['a'] },
  ...Array.from({ length: 30 }, (_, first) => ({ first })),
];
const NAMES = [undefined, null, '', 'Small', 'Sized', 'Absent'];

test('what is known of a document’s cost is what measuring it anew comes to', () => {
  const document = parse(TEXT);
  const measured = (operationName: (typeof NAMES)[number], variableValues: (typeof GIVEN)[number], of = document): number =>
    costOf({ schema, document: of, operationName, variableValues });
  const costs = new Set<number>();
  for (const _ of [1, 2]) {
    for (const name of NAMES) {
      for (const given of GIVEN) {
        const cost = measured(name, given);
        expect(cost, `of ${JSON.stringify([name, given])}`).toBe(measured(name, given, parse(TEXT)));
        costs.add(cost);
      }
    }
  }
  expect(costs.size).toBeGreaterThan(30);
});
