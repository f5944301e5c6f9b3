import { parse, type GraphQLNamedType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { sharedSecondsOf } from '../../../gateway/byte-cache/shared-seconds.ts';
import { sharedSecondsIn } from '../../../schema/cache-control.ts';
import { PERSISTED_DOCUMENTS } from '../../../schema/persisted-documents.ts';
import { schema } from '../../../schema/schema.ts';

const secondsOf = (query: string): number => sharedSecondsOf(schema, parse(query));

describe('how long caches on the way may hold an answer', () => {
  test('is said by a mark at each type that is not personal; these have one, and all others are nobody’s to hold', () => {
    const marked = Object.values(schema.getTypeMap()).filter((type: GraphQLNamedType) => sharedSecondsIn(type) !== undefined);
    expect(Object.fromEntries(marked.map((type) => [type.name, sharedSecondsIn(type)]))).toEqual({
      GeoPoint: Infinity,
      PageInfo: Infinity,
      Property: 60,
      PropertyConnection: 60,
      PropertyEdge: 60,
    });
  });

  test.each([
    ['a home', '{ property(id: "a") { id price point { lat } __typename } }', 60],
    ['homes', 'query ($n: Int) { properties(first: $n) { edges { cursor node { ...H } } pageInfo { endCursor } } } fragment H on Property { city }', 60],
    ['a part of a list that says nothing by itself', '{ properties { pageInfo { hasNextPage } } }', 60],
    ['two lists of homes, one in an inline fragment', '{ a: properties { edges { cursor } } ... on Query { b: property(id: "b") { ... { zip } } } }', 60],
    ['a home and why it was withdrawn, in words about somebody', '{ property(id: "a") { id withdrawnReason } }', 0],
    ['a lead', '{ lead(id: "a") { id } }', 0],
    ['leads as pages alone', '{ leads { pageInfo { hasNextPage } } }', 0],
    ['homes that suit a lead', '{ lead(id: "a") { matches { edges { node { property { id } } } } } }', 0],
    ['a home beside a lead', '{ property(id: "a") { id } lead(id: "b") { id } }', 0],
    ['a home beside a lead in a fragment', '{ property(id: "a") { id } ...L } fragment L on Query { leads { edges { cursor } } }', 0],
    ['where somebody looks for a home', '{ lead(id: "a") { preferences { point { lat } } } }', 0],
    ['agents', '{ agents { id } }', 0],
    ['the person', '{ viewer { id } }', 0],
    ['a home as one of all things', '{ node(id: "prop_a") { ... on Property { id } } }', 0],
    ['a home and introspection', '{ property(id: "a") { id } __schema { queryType { name } } }', 0],
    ['a field that is not there', '{ property(id: "a") { shoeSize } }', 0],
    ['nothing but the name of a type', '{ __typename }', 0],
    ['a mutation', 'mutation { withdrawProperty(input: { propertyId: "a" }) { id } }', 0],
    ['a subscription', 'subscription { activity { cursor } }', 0],
  ])('%s: %s', (_what, query, seconds) => {
    expect(secondsOf(query)).toBe(seconds);
  });

  test('is no time at all for every document of our clients but those of homes', () => {
    const shared = [...PERSISTED_DOCUMENTS.values()].filter((text) => secondsOf(text) > 0);
    expect(shared.map((text) => /^\w+ \w+/.exec(text)?.[0])).toEqual(['query Home', 'query Homes']);
  });
});
