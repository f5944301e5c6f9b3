/** Requests to the gateway: valid ones to begin with, and what hostile clients make of them. */
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { asJson, hostileTexts, hostileValues, mutated, noise } from './hostile.ts';

export interface HttpInput {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: Buffer | string | undefined;
}

const PAGE =
  'query ($filter: LeadFilter, $first: Int, $after: String) { leads(filter: $filter, first: $first, after: $after) { edges { node { id name score { value } } } pageInfo { endCursor } } }';
const CREATE = 'mutation ($input: CreateLeadInput!, $key: String) { createLead(input: $input, idempotencyKey: $key) { id status error { code field } } }';
const UPDATE = 'mutation ($input: UpdateLeadInput!, $version: Int) { updateLead(input: $input, expectedVersion: $version) { id status } }';
const DO = 'mutation ($input: RecordInteractionInput!) { recordInteraction(input: $input) { id status } }';
const HOME = 'mutation ($input: UpsertPropertyInput!) { upsertProperty(input: $input) { id entityId } }';
const IMPORT = 'mutation ($input: ImportLeadsInput!) { importLeads(input: $input) { accepted rejected errors { row column message value } commandIds } }';
const LOOK =
  'query ($id: ID!, $token: String) { node(id: $id) { id } command(id: $id) { status } lead(id: $id, atLeast: $token) { id timeline(first: 2) { edges { cursor } } } }';
const preferences = { budgetMin: '100.00', budgetMax: '925000.00', bedroomsMin: 2, locations: ['98103'], point: { lat: 47.6, lon: -122.3 } };
const home = { externalId: '77', price: '500000.00', bedrooms: 3, bathrooms: 1.75, squareFeet: 900, propertyType: 'Condo', zip: '98103', features: ['pool'] };

/** Bodies that the API understands. */
export const BODIES: readonly object[] = [
  { query: PAGE, variables: { filter: { tier: 'HOT', tag: 'vip', minScore: 3, text: 'ada' }, first: 3, after: 'x' } },
  { query: CREATE, variables: { input: { firstName: 'Ada', email: 'ada@example.com', phone: '(206) 555-0100', source: 'REFERRAL', preferences }, key: 'k' } },
  { query: UPDATE, variables: { input: { leadId: 'lead_1', firstName: 'A', preferences: { budgetMax: null } }, version: 1 } },
  { query: DO, variables: { input: { leadId: 'lead_1', kind: 'MESSAGE_IN', text: 'hello?', channel: 'SMS', at: '2026-03-10T20:00:00.000Z' } } },
  { query: HOME, variables: { input: home } },
  { query: IMPORT, variables: { input: { leads: [{ email: 'a@example.com' }, { firstName: 'B', preferences }] } } },
  {
    query: LOOK,
    variables: { id: 'lead_1', token: 'abc.def' },
    operationName: null,
    extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } },
  },
];
const bodies = fc.constantFrom(...BODIES);
const documents = fc.tuple(bodies, noise(fc.constantFrom(PAGE, CREATE, LOOK))).map(([body, text]) => ({ ...body, query: text.toString('utf8') }));
const jsonTypes = fc.constantFrom('application/json', 'application/json; charset=utf-8');
const strangeTypes = fc.oneof(
  fc.constantFrom(
    'text/plain',
    'multipart/form-data; boundary=x',
    'multipart/form-data',
    'application/x-www-form-urlencoded',
    'application/graphql',
    '',
    '*/*',
    'application/json;',
  ),
  hostileTexts,
);
const boundary = (text: string): string =>
  `--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n${text}\r\n--x\r\ncontent-disposition: form-data; name="0"; filename="a"\r\n\r\n\0\r\n--x--`;
/** 20 MB of nothing in 20 KB. */
const BOMB = gzipSync(Buffer.alloc(20_000_000));

type Content = Pick<HttpInput, 'body'> & { readonly type: string; readonly encoding?: string };
const contents: fc.Arbitrary<Content> = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(mutated(bodies), jsonTypes).map(([value, type]) => ({ type, body: asJson(value) })) },
  { weight: 4, arbitrary: fc.tuple(noise(bodies.map(asJson)), jsonTypes).map(([body, type]) => ({ type, body })) },
  { weight: 4, arbitrary: fc.tuple(documents, jsonTypes).map(([value, type]) => ({ type, body: asJson(value) })) },
  { weight: 2, arbitrary: fc.tuple(hostileValues, jsonTypes).map(([value, type]) => ({ type, body: asJson(value) })) },
  { weight: 1, arbitrary: fc.tuple(fc.array(mutated(bodies), { maxLength: 4 }), jsonTypes).map(([value, type]) => ({ type, body: asJson(value) })) },
  { weight: 1, arbitrary: fc.tuple(bodies, strangeTypes).map(([value, type]) => ({ type, body: asJson(value) })) },
  { weight: 1, arbitrary: fc.tuple(mutated(bodies)).map(([value]) => ({ type: 'multipart/form-data; boundary=x', body: boundary(asJson(value)) })) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(bodies, fc.constantFrom('gzip', 'br', 'deflate', 'identity', 'x'))
      .map(([value, encoding]) => ({ type: 'application/json', encoding, body: gzipSync(asJson(value)) })),
  },
  { weight: 1, arbitrary: fc.constantFrom('gzip', 'deflate', 'gzip, gzip').map((encoding) => ({ type: 'application/json', encoding, body: BOMB })) },
);
/** POST /graphql as somebody who is signed in. */
export const graphqlBodies = (token: string): fc.Arbitrary<HttpInput> =>
  contents.map(({ type, encoding, body }) => ({
    method: 'POST',
    path: '/graphql',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': headerText(type),
      'content-length': String(Buffer.byteLength(body ?? '')),
      ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
    },
    body,
  }));

/** What can stand in a header at all. */
const headerText = (text: string): string => text.replaceAll(/[^\x20-\x7e\x80-\xff]/g, '?').slice(0, 8_000);
const NAMES = [
  'authorization',
  'x-consistency-token',
  'last-event-id',
  'traceparent',
  'tracestate',
  'content-type',
  'accept',
  'x-request-id',
  'host',
  'origin',
  'sec-fetch-site',
  'cookie',
  'range',
  'if-none-match',
  'x-forwarded-for',
  'content-encoding',
  'accept-encoding',
];
const values = (token: string): fc.Arbitrary<string> =>
  fc.oneof(
    hostileTexts.map(headerText),
    noise(fc.constantFrom(`Bearer ${token}`, '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', 'abc.def,ghi.jkl')).map((bytes) =>
      headerText(bytes.toString('latin1')),
    ),
  );
const PATHS = [
  '/graphql',
  '/healthz',
  '/readyz',
  '/metrics',
  '/',
  '/dev/token',
  '/webhooks/crm',
  '/assets/x.js',
  '//',
  '/%00',
  '/..%2f..%2fetc/passwd',
  '/graphql/',
  '/%ff',
];
const query = fc.oneof(
  fc.constantFrom(...BODIES).map((body) =>
    Object.entries(body)
      .map(([name, value]) => `${name}=${encodeURIComponent(typeof value === 'string' ? value : asJson(value))}`)
      .join('&'),
  ),
  fc
    .tuple(fc.constantFrom('query', 'variables', 'extensions', 'operationName', 'x'), hostileTexts)
    .map(([name, text]) => `query=%7Bviewer%7Bid%7D%7D&${name}=${encodeURIComponent(text.toWellFormed())}`),
  noise(fc.constant('query=%7Bviewer%7Bid%7D%7D&variables=%7B%7D')).map((bytes) => bytes.toString('latin1').replaceAll(/[^\x21-\x7e]/g, '%')),
);
/** Any path with any headers. Nothing that begins a stream: such an answer does not end. */
export const headersAndQueries = (token: string): fc.Arbitrary<HttpInput> =>
  fc
    .record({
      method: fc.constantFrom('GET', 'GET', 'GET', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH', 'TRACE'),
      path: fc.tuple(fc.constantFrom(...PATHS, '/graphql', '/graphql', '/graphql'), query).map(([path, search]) => `${path}?${search}`.slice(0, 12_000)),
      headers: fc.dictionary(fc.constantFrom(...NAMES), values(token), { maxKeys: 4 }),
      signed: fc.boolean(),
    })
    .map(({ method, path, headers, signed }) => ({ method, path, headers: signed ? { authorization: `Bearer ${token}`, ...headers } : { ...headers } }));

const crlf = (...lines: readonly string[]): string => lines.join('\r\n');
/** Whole requests as text: the beginning of what goes wrong on the wire. */
export const rawRequests = (token: string): fc.Arbitrary<Buffer> => {
  const auth = `authorization: Bearer ${token}`;
  const json = asJson(BODIES[0]);
  const post = (...more: readonly string[]): string => crlf('POST /graphql HTTP/1.1', 'host: gateway', auth, 'content-type: application/json', ...more);
  const whole = post(`content-length: ${Buffer.byteLength(json)}`, '', json);
  const live = crlf(
    'GET /graphql?query=subscription%7BleadScoreChanged%7Bcursor%7D%7D HTTP/1.1',
    'host: gateway',
    auth,
    'accept: text/event-stream',
    'last-event-id: ',
  );
  const texts = fc.constantFrom(
    whole,
    whole + whole + whole,
    post('content-length: 5', '', json),
    post('content-length: 99999', '', json),
    post('content-length: -1', '', json),
    post('content-length: 10', 'content-length: 11', '', json),
    post('content-length: 99999999999999999999', '', json),
    post('transfer-encoding: chunked', '', `${json.length.toString(16)}\r\n${json}\r\n0\r\n\r\n`),
    post('transfer-encoding: chunked', '', 'zz\r\nnonsense\r\n'),
    post('transfer-encoding: chunked', 'content-length: 4', '', `5\r\n{"a":\r\n`),
    post('transfer-encoding: gzip, chunked', '', '5\r\nabcde\r\n0\r\n\r\n'),
    post('expect: 100-continue', 'content-length: 5', '', ''),
    `${live}\r\n\r\n`,
    `${live}${'9'.repeat(300)}-0\r\n\r\n`,
    `${live}1-1\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`,
    crlf(
      'GET /graphql HTTP/1.1',
      'host: gateway',
      'connection: upgrade',
      'upgrade: websocket',
      'sec-websocket-version: 13',
      'sec-websocket-key: short',
      '',
      '',
    ),
    crlf('CONNECT gateway:443 HTTP/1.1', 'host: gateway', '', ''),
    crlf('PRI * HTTP/2.0', '', 'SM', '', ''),
    crlf('GET / HTTP/0.9', '', ''),
    crlf('GET http://elsewhere/graphql HTTP/1.1', `host: ${'h'.repeat(70_000)}`, '', ''),
  );
  return fc.oneof(
    texts.map((text) => Buffer.from(text, 'latin1')),
    noise(texts),
  );
};
