import { createRequire } from 'node:module';
import type * as graphql from 'graphql';
import { describe, expect, test } from 'vitest';
import { tenantId } from '../../../domain/ids.ts';
import { observed } from '../../../gateway/byte-cache/attempt.ts';
import { createAuthorityOf } from '../../../gateway/byte-cache/authority.ts';
import { createByteCache } from '../../../gateway/byte-cache/byte-cache.ts';
import { createQuestionOf, keyOf } from '../../../gateway/byte-cache/question.ts';
import { createChanges } from '../../../platform/cache/changes.ts';
import type { Identity } from '../../../resolvers/context.ts';
import { createReads } from '../../../resolvers/reads.ts';
import { schema } from '../../../schema/schema.ts';
import { dependsOn } from '../../../schema/authority.ts';

const ACME = tenantId('acme');
const ANN: Identity = { tenant: ACME, subject: 'ann', roles: ['AGENT'], expiresAtMs: Infinity };
const bytesOf = (text: string) => new Uint8Array(new TextEncoder().encode(text));

describe('who may share an answer', () => {
  const authorityOf = createAuthorityOf(schema);

  test('is said by a mark at each root field; these have one, and all others are answered anew each time', () => {
    const fields = Object.values(schema.getQueryType()?.getFields() ?? {});
    const marked = fields.filter(({ extensions }) => extensions['authority'] !== undefined).map(({ name }) => name);
    expect(marked.sort()).toEqual(['agents', 'lead', 'leads', 'properties', 'property']);
  });

  test.each([
    ['a lead', '{ lead(id: "lead_1") { id agent { name } } }', 'TENANT'],
    [
      'an alias, a fragment and an inline fragment',
      'query { a: leads { ...L } } fragment L on LeadConnection { edges { node { ... on Lead { id } } } __typename }',
      'TENANT',
    ],
    ['a field of the person beside it', '{ lead(id: "lead_1") { id } viewer { id } }', null],
    ['a field of the person in a fragment', '{ ...V } fragment V on Query { viewer { id } }', null],
    ['introspection', '{ __schema { types { name } } }', null],
    ['a mutation', 'mutation { addTag(input: { leadId: "lead_1", tag: "a" }) { id } }', null],
    ['a mutation beside a query', 'query A { agents { id } } mutation B { addTag(input: { leadId: "lead_1", tag: "a" }) { id } }', null],
    ['a field that is not there', '{ lead(id: "lead_1") { shoeSize } }', null],
    ['fragments alone', 'fragment L on Lead { id }', null],
  ])('%s', (_what, query, authority) => {
    expect(authorityOf(query)).toBe(authority);
  });

  test('is the narrowest of all its fields', () => {
    const { GraphQLObjectType, GraphQLSchema, GraphQLString } = createRequire(import.meta.url)('graphql') as typeof graphql;
    const field = (authority: 'TENANT' | 'ROLES' | 'VIEWER') => ({ type: GraphQLString, extensions: dependsOn(authority) });
    const query = new GraphQLObjectType({ name: 'Query', fields: { all: field('TENANT'), some: field('ROLES'), mine: field('VIEWER') } });
    const judge = createAuthorityOf(new GraphQLSchema({ query }));
    expect(['{ all }', '{ all some }', '{ mine all some }'].map(judge)).toEqual(['TENANT', 'ROLES', 'VIEWER']);
  });

  test('counts a person that a resolver looked at without a mark that allows it', () => {
    const reads = () => createReads(createChanges(), ACME);
    const [tenant, roles, name, viewer] = [reads(), reads(), reads(), reads()];
    expect(observed(ANN, 'TENANT', tenant).roles).toEqual(['AGENT']);
    expect(observed(ANN, 'ROLES', roles).roles).toEqual(['AGENT']);
    expect(observed(ANN, 'ROLES', name).subject).toBe('ann');
    expect(observed(ANN, 'VIEWER', viewer).subject).toBe('ann');
    expect([tenant, roles, name, viewer].map(({ isKeepable }) => isKeepable)).toEqual([false, true, false, true]);
  });
});

describe('a question', () => {
  const questionOf = createQuestionOf(() => 'TENANT');

  test('is the same however it is written', () => {
    const one = questionOf('{"query":"{ a }","variables":{"x":1,"y":{"b":2,"a":3}}}');
    expect(questionOf('{ "variables": {"y":{"a":3,"b":2},"x":1}, "operationName": null, "query": "{ a }" }')).toEqual(one);
    expect(questionOf('{"query":"{ a }","variables":{"x":2,"y":{"b":2,"a":3}}}')).not.toEqual(one);
    expect(questionOf('{"query":"{ a }","variables":{"x":1,"y":{"b":2,"a":3}},"operationName":"A"}')).not.toEqual(one);
  });

  test.each([
    ['not json'],
    ['[]'],
    ['null'],
    ['"text"'],
    ['{}'],
    ['{"query":7}'],
    ['[{"query":"{ a }"}]'],
    ['{"query":"{ a }","extensions":{"persistedQuery":{}}}'],
    ['['.repeat(60_000)],
  ])('is none where the body is no single operation: %.20s', (body) => {
    expect(questionOf(body)).toBeNull();
  });

  test('has a key for all of its authority, and another for everybody else', () => {
    const others: readonly Identity[] = [
      { ...ANN, subject: 'ben' },
      { ...ANN, roles: ['ADMIN'] },
      { ...ANN, tenant: tenantId('rival') },
    ];
    const sharedBy = (authority: 'TENANT' | 'ROLES' | 'VIEWER') =>
      others.map((other) => keyOf(other, { authority, text: 'q' }, '') === keyOf(ANN, { authority, text: 'q' }, ''));
    expect(sharedBy('TENANT')).toEqual([true, true, false]);
    expect(sharedBy('ROLES')).toEqual([true, false, false]);
    expect(sharedBy('VIEWER')).toEqual([false, false, false]);
    expect(keyOf({ ...ANN, roles: ['ADMIN', 'AGENT'] }, { authority: 'ROLES', text: 'q' }, '')).toBe(
      keyOf({ ...ANN, roles: ['AGENT', 'ADMIN'] }, { authority: 'ROLES', text: 'q' }, ''),
    );
    expect(keyOf(ANN, { authority: 'TENANT', text: 'q' }, 'application/json')).not.toBe(keyOf(ANN, { authority: 'TENANT', text: 'q' }, ''));
  });
});

describe('the cache', () => {
  const answer = (text: string) => ({ contentType: 'application/json', bytes: bytesOf(text) });

  test('is bound by bytes, and forgets what was not used for longest', () => {
    const changes = createChanges();
    const cache = createByteCache({ epochs: changes.epochs, nowMs: () => 0, bytesMax: 30_000 });
    for (let n = 0; n < 100; n += 1) {
      cache.find('0');
      const reads = createReads(changes, ACME);
      reads.view('lead', `lead_${n}`);
      expect(cache.keep(String(n), answer('x'.repeat(1_000)), reads)).not.toBeNull();
    }
    expect(cache.facts().bytes).toBeLessThanOrEqual(30_000);
    expect(cache.facts().evicted).toBe(100 - cache.facts().entries);
    expect([cache.find('0'), cache.find('1'), cache.find('99')].map((kept) => kept !== undefined)).toEqual([true, false, true]);
    expect(cache.keep('large', answer('x'.repeat(40_000)), createReads(changes, ACME))).toBeNull();
  });

  test('sends text of one byte a character as text, and all else as bytes', () => {
    const changes = createChanges();
    const cache = createByteCache({ epochs: changes.epochs, nowMs: () => 0 });
    expect(cache.keep('a', answer('{"name":"Ann"}'), createReads(changes, ACME))?.ascii).toBe('{"name":"Ann"}');
    expect(cache.keep('b', answer('{"name":"Änn"}'), createReads(changes, ACME))?.ascii).toBeNull();
  });

  test('does not take in what was made while something of it changed', () => {
    const changes = createChanges();
    const cache = createByteCache({ epochs: changes.epochs, nowMs: () => 0 });
    const reads = createReads(changes, ACME);
    reads.view('lead', 'lead_1');
    changes.heard({ tenant: ACME, kind: 'lead', id: 'lead_1', version: 2, at: '', events: [], cursor: '' });
    expect(cache.keep('a', answer('{}'), reads)).toBeNull();
    expect(cache.facts()).toMatchObject({ entries: 0, refused: 1 });
  });
});
