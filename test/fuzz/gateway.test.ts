/** A gateway process with its workers, and clients that send anything: it answers as promised, or not at all, and goes on. */
import * as fc from 'fast-check';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ORIGIN_RECEIPT_PATH, ORIGIN_VIEWS_PATH } from '../../platform/origin/paths.ts';
import { signWebhook } from '../../resolvers/intake/webhook-signature.ts';
import { describeWithServices } from '../support/services.ts';
import { asJson, hostileTexts, hostileValues, mutated, noise } from './kit/hostile.ts';
import { answersIn, counted, knockAll, problemOf, send, sendRaw, type Reply } from './kit/knock.ts';
import { inputsFor, SEED, tell, type Door } from './kit/plan.ts';
import { ORIGIN_TOKEN, startProcesses, WEBHOOK_SECRET, type Processes } from './kit/processes.ts';
import httpFixtures from './fixtures/http.json' with { type: 'json' };
import rawFixtures from './fixtures/raw.json' with { type: 'json' };
import { BODIES, graphqlBodies, headersAndQueries, rawRequests, type HttpInput } from './kit/requests.ts';

const LISTEN_MS = 60;
const SIDE_BY_SIDE = 16;

describeWithServices('a gateway and its workers', ['postgres', 'bridge'], (services) => {
  let processes: Processes;
  beforeAll(async () => {
    processes = await startProcesses(services);
  });
  afterAll(() => processes?.stop());
  afterEach(() => processes.expectWell());

  const sample = <T>(door: Door, arbitrary: fc.Arbitrary<T>): T[] => fc.sample(arbitrary, { numRuns: inputsFor(door), seed: SEED });
  const knock = (input: HttpInput): Promise<Reply | null> => send(processes.gateway, input);
  const json = (path: string, body: Buffer | string, headers: Record<string, string>): HttpInput => ({
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)), ...headers },
    body,
  });

  it('answer what once broke them', async () => {
    for (const { why, status, ...input } of httpFixtures) {
      const reply = await knock({ ...input, headers: { authorization: `Bearer ${processes.token}`, ...(input.headers as Record<string, string>) } });
      expect({ why, status: reply?.status, problem: reply && problemOf(reply) }).toEqual({ why, status, problem: null });
    }
    for (const { bytes } of rawFixtures) await sendRaw(processes.gateway, [Buffer.from(bytes.replace('TOKEN', processes.token), 'latin1')], true);
  });

  it('answer GraphQL bodies of every kind', async () => {
    const inputs = sample('GraphQL bodies', graphqlBodies(processes.token));
    const statuses = await knockAll(inputs, knock);
    expect(answersIn(statuses)).toBe(inputs.length);
    tell('GraphQL bodies', inputs.length, counted(statuses));
  });

  it('answer headers and query strings of every kind', async () => {
    const inputs = sample('GraphQL headers and query strings', headersAndQueries(processes.token));
    const statuses = await knockAll(inputs, knock);
    expect(answersIn(statuses)).toBe(inputs.length);
    tell('GraphQL headers and query strings', inputs.length, counted(statuses));
  });

  it('outlive whatever comes on the HTTP port', async () => {
    const inputs = sample('raw bytes on the HTTP port', fc.tuple(fc.array(rawRequests(processes.token), { minLength: 1, maxLength: 3 }), fc.boolean()));
    const left = inputs.values();
    const lane = async (): Promise<void> => {
      for (const [parts, hangsUp] of left) {
        const said = await sendRaw(processes.gateway, parts, hangsUp);
        const failed = /^HTTP\/1\.1 5(?!03)\d\d.*/m.exec(said);
        if (failed) throw new Error(`${failed[0]}\nto ${Buffer.concat(parts).toString('base64')}`);
      }
    };
    await expect(Promise.all(Array.from({ length: SIDE_BY_SIDE }, lane))).resolves.toHaveLength(SIDE_BY_SIDE);
    tell('raw bytes on the HTTP port', inputs.length);
  });

  it('outlive WebSocket messages and frames of every kind', async () => {
    const [query] = BODIES;
    const messages = fc.constantFrom<object>(
      { type: 'connection_init', payload: { token: processes.token } },
      { type: 'subscribe', id: '1', payload: query },
      {
        type: 'subscribe',
        id: '2',
        payload: { query: 'subscription ($after: String) { leadScoreChanged(after: $after) { cursor } }', variables: { after: '1-1' } },
      },
      { type: 'complete', id: '1' },
      { type: 'ping', payload: {} },
    );
    const hostile = fc.oneof(mutated(messages).map(asJson), messages.map(asJson), noise(messages.map(asJson)));
    const frames = fc.oneof(fc.array(hostile, { minLength: 1, maxLength: 10 }), noise(fc.constant('\x81\x85abcdHELLO\x88\x80abcd')));
    const left = sample('WebSocket frames', frames).values();
    const lane = async (): Promise<void> => {
      for (const input of left) await (Buffer.isBuffer(input) ? sendFrames(input) : sendMessages(input));
    };
    await expect(Promise.all(Array.from({ length: SIDE_BY_SIDE }, lane))).resolves.toHaveLength(SIDE_BY_SIDE);
    tell('WebSocket frames', inputsFor('WebSocket frames'), 'of up to ten messages each');
  });

  const sendFrames = async (frames: Buffer): Promise<void> => {
    const upgrade = ['GET /graphql HTTP/1.1', 'host: gateway', 'connection: upgrade', 'upgrade: websocket', 'sec-websocket-version: 13'];
    const head = [...upgrade, 'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==', 'sec-websocket-protocol: graphql-transport-ws', '', ''].join('\r\n');
    // A busy machine may not have answered yet when the line goes dead.
    expect(await sendRaw(processes.gateway, [Buffer.from(head), frames], true)).toMatch(/^(HTTP\/1\.1 101 |$)/);
  };
  const sendMessages = (messages: readonly (string | Buffer)[]): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://${processes.gateway.host}/graphql`, 'graphql-transport-ws');
      socket.on('open', () => {
        socket.send(JSON.stringify({ type: 'connection_init', payload: { token: processes.token } }));
        for (const message of messages) socket.send(message, { binary: Buffer.isBuffer(message) });
        setTimeout(() => socket.terminate(), LISTEN_MS);
      });
      socket.on('message', (data: Buffer) => {
        if (data.toString('utf8').includes('"INTERNAL"')) reject(new Error(`INTERNAL to ${JSON.stringify(messages)}: ${data.toString('utf8')}`));
      });
      socket.on('unexpected-response', (_request, response) => reject(new Error(`refused with ${response.statusCode}`)));
      socket.on('error', () => socket.terminate());
      socket.on('close', () => resolve());
    });

  it('answer webhooks of every kind', async () => {
    const payloads = fc.constantFrom<object>(
      { type: 'TYPE_SMS', locationId: 'demo', contactId: 'c1', body: 'Is it still there?', messageId: 'm1', dateAdded: '2026-03-10T20:00:00.000Z' },
      { type: 'ContactCreate', locationId: 'demo', id: 'c2', firstName: 'Ada', email: 'ada@example.com', phone: '+12065550100', tags: ['vip'], source: 'web' },
      { type: 'InboundMessage', locationId: 'demo', contact: { id: 'c3', email: 'a@b.co' }, message: { type: 1, body: 'hello', direction: 'inbound' } },
      { type: 'ContactTagUpdate', locationId: 'demo', id: 'c4', tag: 'hot', webhookId: 'w1' },
    );
    const texts = fc.oneof(
      { weight: 3, arbitrary: mutated(payloads).map(asJson) },
      { weight: 1, arbitrary: noise(payloads.map(asJson)).map((bytes) => bytes.toString('utf8')) },
    );
    const inputs = sample('the CRM webhook', fc.record({ text: texts, signed: fc.integer({ min: 0, max: 4 }).map((n) => n > 0), signature: hostileTexts }));
    const statuses = await knockAll(
      inputs,
      async ({ text, signed, signature }) => {
        const seconds = Math.floor(Date.now() / 1_000);
        const plain = signature.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 500);
        const body = text.toWellFormed();
        const given = signed ? await signWebhook(WEBHOOK_SECRET, seconds, body) : plain;
        return knock(json('/webhooks/crm', body, { 'x-webhook-signature': given, 'x-webhook-timestamp': String(seconds) }));
      },
      // It was understood and could not be stored: that is ours.
      (reply) => (reply.status === 503 ? 'could not be stored' : problemOf(reply)),
    );
    expect(answersIn(statuses)).toBe(inputs.length);
    tell('the CRM webhook', inputs.length, counted(statuses));
  });

  it('answer CSV files of every kind', async () => {
    const file = [
      'First name,Last name,Email,Phone,Source,Budget max,Locations',
      'Ann,Lee,ann@example.com,2065550001,Past client,"$1,250,000.00",98103;98052',
    ].join('\r\n');
    const cells = fc.oneof(
      hostileTexts,
      fc.constantFrom('"', '""', '"a""b"', '"open', 'a"b', ',', ';', '\t', '\r', '\n', '\r\n', '\ufeff', 'x@y.co', '=cmd()'),
    );
    const files = fc.oneof(
      { weight: 60, arbitrary: noise(fc.constant(file)).map((bytes) => bytes.toString('utf8')) },
      { weight: 60, arbitrary: fc.array(fc.array(cells, { maxLength: 9 }), { maxLength: 12 }).map((rows) => rows.map((row) => row.join(',')).join('\n')) },
      { weight: 60, arbitrary: fc.array(cells, { maxLength: 40 }).map((parts) => `email,firstName\n${parts.join('')}`) },
      { weight: 1, arbitrary: fc.constantFrom('"', ',', 'x', 'x,', '\n', '\r', '""').map((text) => `email\n${text.repeat(10_000_000 / text.length)}`) },
    );
    const inputs = sample('CSV imports', files);
    const query =
      'mutation ($csv: String!, $key: String) { importLeads(input: { csv: $csv }, idempotencyKey: $key) { accepted rejected errors { row column message value } } }';
    const statuses = await knockAll(inputs, (csv) =>
      knock(json('/graphql', asJson({ query, variables: { csv, key: 'fuzz' } }), { authorization: `Bearer ${processes.token}` })),
    );
    expect(answersIn(statuses)).toBe(inputs.length);
    tell('CSV imports', inputs.length, counted(statuses));
  });

  it("answer the origin's callers", async () => {
    const bodies = fc.constantFrom<object>(
      {
        refs: [
          { tenant: 'demo', kind: 'lead', id: 'lead_1' },
          { tenant: 'demo', kind: 'property', id: 'prop_1' },
        ],
      },
      { tenant: 'demo', id: 'cmd_1' },
    );
    const inputs = sample(
      "the origin's HTTP",
      fc.record({
        path: fc.constantFrom(ORIGIN_VIEWS_PATH, ORIGIN_RECEIPT_PATH, ORIGIN_VIEWS_PATH, ORIGIN_RECEIPT_PATH, '/metrics', '/readyz', '//', '/origin'),
        body: fc.oneof(mutated(bodies).map(asJson), noise(bodies.map(asJson)), hostileValues.map(asJson)),
      }),
    );
    const statuses = await knockAll(
      inputs,
      ({ path, body }) => send(processes.worker, json(path, body, { authorization: `Bearer ${ORIGIN_TOKEN}` })),
      ({ status }) => ([200, 400, 404, 413].includes(status) ? null : `status ${status}`),
    );
    expect(answersIn(statuses)).toBe(inputs.length);
    tell("the origin's HTTP", inputs.length, counted(statuses));
  });
});
