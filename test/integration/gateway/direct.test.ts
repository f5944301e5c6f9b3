/** The direct way (a JSON body whose length is known) against Yoga's own: whoever asks cannot tell which of them answered. */
import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { makeId } from '../../../domain/ids.ts';
import type { App } from '../../../gateway/app.ts';
import type { Identity } from '../../../resolvers/context.ts';
import { appOver } from '../../support/app-over.ts';
import { aLead } from '../../support/a-lead.ts';
import { ACME, createBrokerage, type Brokerage } from '../../support/brokerage.ts';
import { scoreOf } from '../../support/facts.ts';

const ANN: Identity = { tenant: ACME, subject: 'ann', roles: ['AGENT'], expiresAtMs: Date.parse('2100-01-01') };
const ADA = makeId('lead', 'ada');
const LEAD = 'query ($id: ID!, $names: Boolean = true) { lead(id: $id) { id name @include(if: $names) } }';
const AGENTS = '{ agents { id } }';
const NOTE = `mutation { addNote(input: { leadId: "${ADA}", text: "a" }) { status } }`;
const idOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const NOWHERE = idOf('nowhere');
const persisted = (sha256Hash: unknown, version: unknown = 1) => ({ persistedQuery: { version, sha256Hash } });
/** Too long for the direct way. */
const LONG_ACCEPT = `application/json${', x/y'.repeat(60)}`;
const THREE_LEVELS_TOO_DEEP = `{ leads { ${'edges { node { matches { '.repeat(5)} edges { cursor } ${'} } }'.repeat(5)} } }`;

/** Fragments that spread one another: 800 characters, thousands of fields. */
function manyFields(): string {
  const aliases = ['a', 'b', 'c', 'd', 'e', 'f'].map((name, at) => `fragment F${at} on Lead { ${name}: name ...F${at + 1} x${at}: agent { id y${at}: name } }`);
  const leads = Array.from({ length: 25 }, (_, n) => `l${n}: lead(id: "${ADA}") { ...F0 m: matches(first: 1) { edges { node { score property { id } } } } }`);
  return `{ ${leads.join(' ')} } ${aliases.join(' ')} fragment F6 on Lead { id }`;
}

describe('the direct way', () => {
  let brokerage: Brokerage;
  let app: App;
  let appThatAnswers: (answered: 'any' | 'persisted') => App;
  beforeEach(async () => {
    brokerage = createBrokerage();
    await brokerage.put(aLead({ name: 'ada', score: scoreOf(90) }), aLead({ name: 'bob', email: 'bob@example.com', firstName: 'Änne' }));
    const { ports, shared } = brokerage;
    const known = new Map([LEAD, AGENTS, NOTE].map((text) => [idOf(text), text]));
    appThatAnswers = (answered) =>
      appOver(ports, shared, { verifier: { verify: async () => ANN }, limits: { costMax: 2_000 }, caching: undefined, documents: { known, answered } });
    app = appThatAnswers('any');
  });
  const ask = async (body: string, headers: Record<string, string>): Promise<{ status: number; type: string | null; text: string }> => {
    const all = { 'content-type': 'application/json', authorization: 'Bearer token', 'x-request-id': 'r1', ...headers };
    const response = await app.fetch(new Request('http://gateway/graphql', { method: 'POST', headers: all, body }), {});
    return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
  };
  const bothWays = async (body: string, headers: Record<string, string> = {}) => {
    const taken = vi.spyOn(app.direct, 'answer').mockClear();
    const direct = await ask(body, { ...headers, 'content-length': String(Buffer.byteLength(body)) });
    const tries = taken.mock.calls.length;
    const yoga = await ask(body, headers);
    expect(taken.mock.calls.length, 'without a length it is not the direct way').toBe(tries);
    return { direct, yoga, tries };
  };
  const get = async (search: string, accept: string): Promise<{ status: number; type: string | null; text: string }> => {
    const headers = { authorization: 'Bearer token', 'x-request-id': 'r1', accept };
    const response = await app.fetch(new Request(`http://gateway/graphql?${search}`, { headers }), {});
    return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
  };
  const bodyOf = (query: string, variables?: object, operationName?: string): string => JSON.stringify({ query, variables, operationName });

  it.each([
    ['a lead', bodyOf(LEAD, { id: ADA })],
    ['a lead without its name', bodyOf(LEAD, { id: ADA, names: false })],
    ['a lead that is not there', bodyOf(LEAD, { id: makeId('lead', 'nobody') })],
    ['what is no id', bodyOf(LEAD, { id: 'nonsense' })],
    ['a list', bodyOf('{ leads { edges { cursor node { name score { value } } } pageInfo { endCursor hasNextPage } } }')],
    ['the person', bodyOf('{ viewer { id roles } }')],
    ['a node of an abstract type', bodyOf(`{ node(id: "${ADA}") { id ... on Lead { name } } }`)],
    ['introspection', bodyOf('{ __type(name: "Lead") { name kind } }')],
    ['a variable that is missing', bodyOf(LEAD)],
    ['a variable of the wrong type', bodyOf(LEAD, { id: ADA, names: 'yes' })],
    ['an argument that a resolver refuses', bodyOf('{ leads(first: 1000) { edges { cursor } } }')],
    ['an argument that a resolver refuses beside what it does not', bodyOf(`{ lead(id: "${ADA}") { matches(first: 0) { edges { cursor } } } agents { id } }`)],
    ['one of two operations', bodyOf('query A { agents { id } } query B { viewer { id } }', {}, 'B')],
    ['no operation of that name', bodyOf('query A { agents { id } } query B { agents { id } }', {}, 'C')],
    ['two operations and no name', bodyOf('query A { agents { id } } query B { agents { id } }')],
    ['a condition that is null', bodyOf(LEAD, { id: ADA, names: null })],
    [
      'a variable of a strange name',
      `{"query":"query ($__proto__: Boolean!) { lead(id: \\"${ADA}\\") { id name @include(if: $__proto__) } }","variables":{"__proto__":true}}`,
    ],
    ['a number beyond numbers', `{"query":"query ($min: Float) { leads(filter: { minScore: $min }) { edges { cursor } } }","variables":{"min":1e400}}`],
    ['more fields than are compiled', bodyOf(manyFields())],
    ['no GraphQL', bodyOf('{ leads')],
    ['a field that is not there', bodyOf('{ shoeSize }')],
    ['too much', bodyOf('{ leads(first: 100) { edges { node { matches(first: 100) { edges { cursor } } } } } }')],
    ['too deep', bodyOf(THREE_LEVELS_TOO_DEEP)],
    ['a mutation that is refused', bodyOf('mutation { addNote(input: { leadId: "nonsense", text: "a" }) { status } }')],
    ['a mutation', bodyOf(`mutation { addNote(input: { leadId: "${ADA}", text: "a", idempotencyKey: "k" }) { id status } }`)],
    ['a subscription', bodyOf('subscription { leadChanged { cursor } }')],
    ['a list of requests', `[${bodyOf('{ agents { id } }')}]`],
    ['no JSON', '{"query":'],
    ['something else', '7'],
    ['an unknown parameter', '{"query":"{ agents { id } }","id":7}'],
    ['extensions', '{"query":"{ agents { id } }","extensions":{}}'],
    ['a document by its id', JSON.stringify({ documentId: `sha256:${idOf(LEAD)}`, variables: { id: ADA } })],
    ['a document by its hash alone', JSON.stringify({ documentId: idOf(AGENTS) })],
    ['a document by its hash as Apollo asks', JSON.stringify({ extensions: persisted(idOf(LEAD)), variables: { id: ADA } })],
    ['a mutation by its id', JSON.stringify({ documentId: `sha256:${idOf(NOTE)}` })],
    ['an empty text beside the hash', JSON.stringify({ query: '', extensions: persisted(idOf(AGENTS)) })],
    ['the text beside its hash', JSON.stringify({ query: AGENTS, extensions: persisted(idOf(AGENTS)) })],
    ['a text that is not known beside its hash', JSON.stringify({ query: '{agents{id}}', extensions: persisted(idOf('{agents{id}}')) })],
    ['a text beside the hash of another', JSON.stringify({ query: '{agents{id}}', extensions: persisted(idOf(AGENTS)) })],
    ['an id that is nowhere', JSON.stringify({ documentId: `sha256:${NOWHERE}` })],
    ['a hash that is nowhere', JSON.stringify({ extensions: persisted(NOWHERE) })],
    ['an id that is none', JSON.stringify({ documentId: 7 })],
    ['an id beside a text', JSON.stringify({ query: AGENTS, documentId: idOf(AGENTS) })],
    ['a hash of another version', JSON.stringify({ extensions: persisted(idOf(AGENTS), 2) })],
    ['a hash that is none', JSON.stringify({ extensions: { persistedQuery: {} } })],
    ['other extensions beside the hash', JSON.stringify({ extensions: { ...persisted(idOf(AGENTS)), more: 1 } })],
    ['nothing but variables', JSON.stringify({ variables: {} })],
  ])('answers %s as Yoga does, the first time and the second', async (what, body) => {
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      if (what === 'a subscription') continue;
      const { direct, yoga, tries } = await bothWays(body, { accept });
      expect(direct).toEqual(yoga);
      expect(tries).toBe(1);
      expect((await bothWays(body, { accept })).direct).toEqual(yoga);
    }
  });

  it.each([
    ['a document by its id', { documentId: `sha256:${idOf(LEAD)}`, variables: JSON.stringify({ id: ADA }) }, '"name":"Ada'],
    ['a document by its hash', { extensions: JSON.stringify(persisted(idOf(AGENTS))) }, '"agents":[]'],
    ['its text', { query: AGENTS }, '"agents":[]'],
    ['an id that is nowhere', { documentId: `sha256:${NOWHERE}` }, 'PERSISTED_QUERY_NOT_FOUND'],
    ['a hash that is nowhere', { extensions: JSON.stringify(persisted(NOWHERE)) }, 'PERSISTED_QUERY_NOT_FOUND'],
    ['an id beside a text', { query: AGENTS, documentId: idOf(AGENTS) }, 'BAD_USER_INPUT'],
    ['a mutation', { documentId: idOf(NOTE) }, 'POST'],
    ['extensions that are no JSON', { extensions: '{' }, 'BAD_USER_INPUT'],
    ['nothing', { operationName: 'A' }, 'Must provide query string'],
  ])('answers %s in an address as Yoga does', async (_what, parameters, said) => {
    const search = String(new URLSearchParams(parameters));
    const taken = vi.spyOn(app.direct, 'answer').mockClear();
    const yoga = await get(search, LONG_ACCEPT);
    expect(taken).not.toHaveBeenCalled();
    expect(await get(search, 'application/json')).toEqual(yoga);
    expect(yoga.text).toContain(said);
    expect(brokerage.log).toEqual([]);
  });

  it('is a way past no rule: where only known documents are answered, all others are refused on both ways', async () => {
    app = appThatAnswers('persisted');
    const texts = ['{ agents { name } }', '{ __schema { queryType { name } } }', 'mutation { addNote(input: { leadId: "a", text: "a" }) { id } }', '{ agents'];
    const bodies = [...texts.map((query) => ({ query })), { query: '{agents{id}}', extensions: persisted(idOf('{agents{id}}')) }];
    for (const body of bodies) {
      const { direct, yoga } = await bothWays(JSON.stringify(body), { accept: 'application/graphql-response+json' });
      expect(direct).toEqual(yoga);
      expect(direct.status).toBe(400);
      expect(JSON.parse(direct.text)).toMatchObject({ errors: [{ extensions: { code: 'PERSISTED_ONLY' } }] });
    }
    for (const body of [{ query: AGENTS }, { documentId: idOf(AGENTS) }, { extensions: persisted(idOf(AGENTS)) }]) {
      const { direct, yoga } = await bothWays(JSON.stringify(body));
      expect(direct).toEqual(yoga);
      expect(direct.text).toBe('{"data":{"agents":[]}}');
    }
    for (const accept of ['application/json', LONG_ACCEPT]) expect((await get('query=%7Bagents%7Bname%7D%7D', accept)).text).toContain('PERSISTED_ONLY');
    expect(brokerage.log).toEqual([]);
  });

  it.each([
    [''],
    ['*/*'],
    ['application/*'],
    ['application/json; charset=utf-8'],
    ['application/json; charset=latin1'],
    ['application/graphql-response+json, application/json;q=0.9'],
    ['application/json, application/graphql-response+json'],
    ['text/html, */*;q=0.8'],
    ['text/html'],
    ['multipart/mixed, application/json'],
    ['TEXT/HTML , APPLICATION/JSON'],
    ['*/json'],
    ['image/*, application/json'],
  ])('answers in the form that Yoga takes %s for', async (accept) => {
    const { direct, yoga } = await bothWays(bodyOf(LEAD, { id: ADA }), { accept });
    expect(direct).toEqual(yoga);
  });

  it('answers UNAVAILABLE as Yoga does, whole or in part', async () => {
    brokerage.outages.readModels = true;
    for (const query of ['{ leads { edges { cursor } } }', `{ lead(id: "${ADA}") { id scoreHistory { at } } }`]) {
      const { direct, yoga } = await bothWays(bodyOf(query));
      expect(direct).toEqual(yoga);
      expect(direct.text).toContain('UNAVAILABLE');
    }
  });

  it('leaves to Yoga who may not ask, and what is too long', async () => {
    const { direct, yoga } = await bothWays(bodyOf(LEAD, { id: ADA }), { authorization: 'Basic nonsense' });
    expect(direct).toEqual(yoga);
    expect(direct.status).toBe(401);
    const long = await bothWays(bodyOf(`{ leads(after: "${'x'.repeat(70_000)}") { edges { cursor } } }`));
    expect(long.direct).toEqual(long.yoga);
  });
});
