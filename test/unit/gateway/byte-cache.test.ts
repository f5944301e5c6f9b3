import { GraphQLObjectType, GraphQLSchema, GraphQLString, parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { tenantId } from '../../../domain/ids.ts';
import { observed } from '../../../gateway/byte-cache/observed.ts';
import { authorityOf } from '../../../gateway/byte-cache/authority.ts';
import { answerOf, createByteCache } from '../../../gateway/byte-cache/byte-cache.ts';
import { createDocuments } from '../../../gateway/direct/documents.ts';
import { createMeantDocument } from '../../../gateway/documents/meant-document.ts';
import { createQuestionOf, keyOf } from '../../../gateway/direct/question.ts';
import { createChanges } from '../../../platform/cache/changes.ts';
import type { Identity } from '../../../resolvers/context.ts';
import { createReads } from '../../../resolvers/reads.ts';
import { schema } from '../../../schema/schema.ts';
import { dependsOn } from '../../../schema/authority.ts';

const ACME = tenantId('acme');
const ANN: Identity = { tenant: ACME, subject: 'ann', roles: ['AGENT'], expiresAtMs: Infinity };

describe('who may share an answer', () => {
  test('is said by a mark at each root field; these have one, and all others are answered anew each time', () => {
    const fields = Object.values(schema.getQueryType()?.getFields() ?? {});
    const marked = fields.filter(({ extensions }) => extensions['authority'] !== undefined).map(({ name }) => name);
    expect(marked.sort()).toEqual(['agents', 'board', 'lead', 'leads', 'node', 'nodes', 'properties', 'property']);
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
    expect(authorityOf(schema, parse(query))).toBe(authority);
  });

  test('is the narrowest of all its fields', () => {
    const field = (authority: 'TENANT' | 'ROLES' | 'VIEWER') => ({ type: GraphQLString, extensions: dependsOn(authority) });
    const query = new GraphQLObjectType({ name: 'Query', fields: { all: field('TENANT'), some: field('ROLES'), mine: field('VIEWER') } });
    const marked = new GraphQLSchema({ query });
    expect(['{ all }', '{ all some }', '{ mine all some }'].map((text) => authorityOf(marked, parse(text)))).toEqual(['TENANT', 'ROLES', 'VIEWER']);
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
  const documents = createDocuments({ schema, parse, validate: (document) => validate(schema, document) });
  const questionOf = createQuestionOf({ meant: createMeantDocument(new Map()), documents, isTooCostly: () => false });
  const bodyOf = (query: string, variables: string, more = '') => `{"query":${JSON.stringify(query)},"variables":${variables}${more}}`;
  const LEADS = 'query ($f: LeadFilter, $x: Int) { leads(first: $x, filter: $f) { edges { cursor } } }';

  test('is the same however it is written', () => {
    const one = questionOf(bodyOf(LEADS, '{"x":1,"f":{"tier":"HOT","tag":"a"}}'))?.text;
    expect(questionOf(`{ "variables": {"f":{"tag":"a","tier":"HOT"},"x":1}, "operationName": null, "query": ${JSON.stringify(LEADS)} }`)?.text).toBe(one);
    expect(questionOf(bodyOf(LEADS, '{"x":2,"f":{"tier":"HOT","tag":"a"}}'))?.text).not.toBe(one);
    expect(questionOf(bodyOf(LEADS, '{"x":1,"f":{"tier":"HOT","tag":"b"}}'))?.text).not.toBe(one);
  });

  test.each([
    ['not json'],
    ['[]'],
    ['null'],
    ['"text"'],
    ['{}'],
    ['{"query":7}'],
    ['{"query":"{ agents { id } }","operationName":7}'],
    ['{"query":"{ agents { id } }","operationName":"None"}'],
    ['{"query":"{ agents { id } }","variables":[]}'],
    ['[{"query":"{ agents { id } }"}]'],
    ['{"query":"{ agents { id } }","extensions":{"persistedQuery":{}}}'],
    ['{"query":"{ agents { shoeSize } }"}'],
    ['{"query":"{ agents"}'],
    ['{"query":"subscription { leadChanged { cursor } }"}'],
    ['['.repeat(60_000)],
  ])('is none where the body is no single valid query or mutation: %.60s', (body) => {
    expect(questionOf(body)).toBeNull();
  });

  test("whose variables are nested beyond what can be written is nobody else's", () => {
    const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;
    expect(questionOf(bodyOf('{ agents { id } }', `{"deep":${deep}}`))?.authority).toBeNull();
  });

  test('with a number that JSON cannot write is nobody else’s: it would be written like null', () => {
    const floats = 'query ($min: Float) { leads(filter: { minScore: $min }) { edges { cursor } } }';
    expect(questionOf(bodyOf(floats, '{"min":1e400}'))?.authority).toBeNull();
    expect(questionOf(bodyOf(floats, '{"min":null}'))?.authority).toBe('TENANT');
  });

  test('whose document says much with few words is not compiled, and what is compiled is bound by its fields', () => {
    const wide = Array.from({ length: 40 }, (_, n) => `a${n}: agents { ...F }`).join(' ');
    const query = `{ ${wide} } fragment F on Agent { ${Array.from({ length: 60 }, (_, n) => `n${n}: name`).join(' ')} }`;
    expect(questionOf(bodyOf(query, '{}'))?.compiled).toBeNull();
    expect(questionOf(bodyOf('{ agents { id } }', '{}'))?.compiled?.query()?.fields).toBe(2);
  });

  test('is compiled once for each choice of its conditions, whatever else its variables hold', () => {
    const query = 'query A($x: Boolean!) { agents { id name @skip(if: $x) } } query B($x: [ID!]!) { nodes(ids: $x) { id } agents { id } }';
    const compiledFor = (variables: string, name: string) => questionOf(bodyOf(query, variables, `,"operationName":"${name}"`))?.compiled?.query();
    expect(compiledFor('{"x":true}', 'A')?.fields).toBe(2);
    expect(compiledFor('{"x":false}', 'A')?.fields).toBe(3);
    expect(compiledFor('{"x":true, "y":1}', 'A')).toBe(compiledFor('{"x":true}', 'A'));
    // An abstract type is for GraphQL itself.
    expect(compiledFor('{"x":["a"]}', 'B')).toBeUndefined();
  });

  test('has a key for all of its authority, and another for everybody else', () => {
    const others: readonly Identity[] = [
      { ...ANN, subject: 'ben' },
      { ...ANN, roles: ['ADMIN'] },
      { ...ANN, tenant: tenantId('rival') },
    ];
    const sharedBy = (authority: 'TENANT' | 'ROLES' | 'VIEWER') => others.map((other) => keyOf(other, authority, 'q', '') === keyOf(ANN, authority, 'q', ''));
    expect(sharedBy('TENANT')).toEqual([true, true, false]);
    expect(sharedBy('ROLES')).toEqual([true, false, false]);
    expect(sharedBy('VIEWER')).toEqual([false, false, false]);
    expect(keyOf({ ...ANN, roles: ['ADMIN', 'AGENT'] }, 'ROLES', 'q', '')).toBe(keyOf({ ...ANN, roles: ['AGENT', 'ADMIN'] }, 'ROLES', 'q', ''));
    expect(keyOf(ANN, 'TENANT', 'q', 'application/json')).not.toBe(keyOf(ANN, 'TENANT', 'q', ''));
  });
});

describe('the cache', () => {
  const answer = (text: string) => answerOf(text, 'application/json');

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
