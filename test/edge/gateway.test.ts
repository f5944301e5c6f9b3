/** The bundle that is deployed, with web globals only, over a real Redis, the origin role and a real log. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { connectRedisViews, type RedisViews } from '../../platform/redis-views.ts';
import { silentLogger } from '../../platform/telemetry/logger.ts';
import { commandHandlerRole } from '../../workers/command-handler/role.ts';
import { serveHttp } from '../../workers/kit/http.ts';
import { createOriginRole } from '../../workers/origin/role.ts';
import { projectorRole } from '../../workers/projector/role.ts';
import { relayRole } from '../../workers/relay/role.ts';
import { startIsolate, type Isolate, type IsolateAnswer, type IsolateRequest } from '../support/isolate.ts';
import { startOwnRestRedis, type OwnRestRedis } from '../support/own-redis-rest.ts';
import { describeWithServices } from '../support/services.ts';
import { startWorkerKit, WAIT, type WorkerKit } from '../support/worker-kit.ts';

const TOKEN = 'a-token-for-origins';
const CREATE = `mutation ($email: String!, $key: String, $wait: WaitFor) {
  createLead(input: { email: $email }, idempotencyKey: $key, wait: $wait) { id status leadId version token }
}`;
const LEAD = 'query ($id: ID!, $atLeast: String) { lead(id: $id, atLeast: $atLeast) { email version } }';
const NOTE = `mutation ($id: ID!, $key: String, $wait: WaitFor) {
  addNote(input: { leadId: $id, text: "called" }, idempotencyKey: $key, wait: $wait) { status version }
}`;
const CHANGED = 'subscription ($id: ID!) { leadChanged(id: $id) { cursor version } }';

interface Created {
  readonly id: string;
  readonly status: string;
  readonly leadId: string;
  readonly version: number;
  readonly token: string;
}

/** A token for a manager of `acme`, and the address of the key that it is signed with. */
async function signIn(): Promise<{ readonly jwksUrl: string; readonly token: string; readonly server: Server }> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' };
  const server = createServer((_request, response) => void response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] })));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const token = await new SignJWT({ tenant: 'acme', roles: ['MANAGER'] })
    .setProtectedHeader({ alg: 'ES256', kid: 'one' })
    .setSubject('ann')
    .setExpirationTime('1h')
    .sign(privateKey);
  return { jwksUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, token, server };
}

describeWithServices('the gateway in an isolate', ['postgres', 'redis'], ({ postgres }) => {
  let redis: OwnRestRedis;
  let views: RedisViews;
  let kit: WorkerKit;
  let origin: Awaited<ReturnType<typeof serveHttp>>;
  let person: Awaited<ReturnType<typeof signIn>>;
  let isolate: Isolate;

  beforeAll(async () => {
    [redis, kit, person] = await Promise.all([startOwnRestRedis(), startWorkerKit(postgres.url), signIn()]);
    views = connectRedisViews(redis.address, silentLogger);
    const { readModels, liveBus, generations } = views;
    const ports = { ...kit.ports, readModels, liveBus, generations };
    for (const role of [commandHandlerRole, relayRole, projectorRole]) await kit.start(role, ports);
    const role = await kit.start(createOriginRole(TOKEN), ports);
    const answer = async (request: Parameters<NonNullable<typeof role.answer>>[0]) => (await role.answer?.(request)) ?? { status: 404, body: 'nothing' };
    origin = await serveHttp({ host: '127.0.0.1', port: 0, logger: silentLogger, answer });
    isolate = await startIsolate({
      UPSTASH_REDIS_REST_URL: redis.address.url,
      UPSTASH_REDIS_REST_TOKEN: redis.address.token,
      ORIGIN_URL: origin.url,
      ORIGIN_TOKEN: TOKEN,
      JWKS_URL: person.jwksUrl,
      LOG_LEVEL: 'error',
    });
  }, 60_000);
  afterAll(async () => {
    await isolate?.stop();
    await origin?.close();
    await kit?.stop();
    await views?.close();
    await redis?.stop();
    person?.server.close();
  });

  const post = (query: string, variables: object, request: IsolateRequest = {}): Promise<IsolateAnswer> =>
    isolate.fetch('/graphql', {
      ...request,
      method: 'POST',
      headers: { authorization: `Bearer ${person.token}`, 'content-type': 'application/json', ...request.headers },
      body: JSON.stringify({ query, variables }),
    });
  const dataOf = ({ text }: IsolateAnswer, field: string): unknown => (JSON.parse(text) as { data?: Record<string, unknown> | null }).data?.[field];
  /** As clients do: by a key, again where it was not in time. */
  const untilVisible = (mutation: string, field: string, variables: object): Promise<Created> => {
    const key = crypto.randomUUID();
    return vi.waitFor(async () => {
      const receipt = dataOf(await post(mutation, { ...variables, key, wait: 'VISIBLE' }), field);
      expect(receipt).toMatchObject({ status: 'VISIBLE' });
      return receipt as Created;
    }, WAIT);
  };
  const create = (email: string): Promise<Created> => untilVisible(CREATE, 'createLead', { email });
  const note = (id: string): Promise<Created> => untilVisible(NOTE, 'addNote', { id });

  it('answers a query, by what it starts with alone', async () => {
    const answer = await post('{ viewer { id } lead(id: "lead_none") { email } }', {});
    console.info(`edge bundle: ${Math.round(answer.sinceStartMs)} ms from its import to the end of the first answer`);
    expect([answer.status, JSON.parse(answer.text)]).toEqual([200, { data: { viewer: { id: 'ann' }, lead: null } }]);
  });

  it('takes a command to the log by way of the origin, holds its answer until it is VISIBLE, and serves it', async () => {
    const created = await create('ada@example.com');
    expect(created).toMatchObject({ status: 'VISIBLE', version: 1 });
    const read = await post(LEAD, { id: created.leadId, atLeast: created.token });
    expect(dataOf(read, 'lead')).toEqual({ email: 'ada@example.com', version: 1 });
  });

  it('tells the platform of what goes on behind an answer', async () => {
    const taken = await vi.waitFor(async () => {
      const answer = await post(CREATE, { email: 'bob@example.com' });
      expect([dataOf(answer, 'createLead'), answer.behind]).toEqual([expect.objectContaining({ status: 'ACCEPTED' }), 1]);
      return dataOf(answer, 'createLead') as Created;
    }, WAIT);
    const command = async () => dataOf(await post('query ($id: ID!) { command(id: $id) { status } }', { id: taken.id }), 'command');
    await vi.waitFor(async () => expect(await command()).toEqual({ status: 'VISIBLE' }), WAIT);
  });

  it('serves no answer that is older than a change that is VISIBLE, whoever told it so', async () => {
    const { leadId } = await create('eve@example.com');
    for (let version = 2; version < 12; version += 1) {
      expect(dataOf(await post(LEAD, { id: leadId }), 'lead')).toMatchObject({ version: version - 1 });
      expect(await note(leadId)).toEqual({ status: 'VISIBLE', version });
    }
  });

  it('answers many at once, each by itself', async () => {
    const created = await Promise.all(Array.from({ length: 10 }, (_, n) => create(`many${n}@example.com`)));
    const asked = Array.from({ length: 60 }, (_, n) => n % created.length);
    const answers = await Promise.all(asked.map((n) => post(LEAD, { id: created[n]?.leadId })));
    expect(answers.map((answer) => dataOf(answer, 'lead'))).toEqual(asked.map((n) => ({ email: `many${n}@example.com`, version: 1 })));
  });

  it('gives an answer to GET a strong entity tag, and 304 to who has it', async () => {
    const { leadId } = await create('dan@example.com');
    const path = `/graphql?${new URLSearchParams({ query: LEAD, variables: JSON.stringify({ id: leadId }) }).toString()}`;
    const headers = { authorization: `Bearer ${person.token}` };
    const first = await isolate.fetch(path, { headers });
    const etag = first.headers.get('etag') ?? '';
    expect([first.status, etag]).toEqual([200, expect.stringMatching(/^"\w{32}"$/)]);
    const again = await isolate.fetch(path, { headers: { ...headers, 'if-none-match': etag } });
    expect([again.status, again.text]).toEqual([304, '']);
    await note(leadId);
    expect((await isolate.fetch(path, { headers: { ...headers, 'if-none-match': etag } })).status).toBe(200);
  });

  it('says what is wrong, and lets nobody in without a token', async () => {
    const codes = ({ status, text }: IsolateAnswer) => [
      status,
      (JSON.parse(text) as { errors: { extensions: { code: string } }[] }).errors[0]?.extensions.code,
    ];
    expect(codes(await post('{ nothing }', {}))).toEqual([200, 'BAD_USER_INPUT']);
    expect(codes(await post(CREATE, { email: 'no address' }))).toEqual([200, 'BAD_USER_INPUT']);
    expect(codes(await post(LEAD, { id: 'lead_none' }, { headers: { authorization: 'Bearer x.y.z' } }))).toEqual([401, 'UNAUTHENTICATED']);
    expect((await isolate.fetch('/elsewhere')).status).toBe(404);
    expect(JSON.parse((await isolate.fetch('/readyz')).text)).toMatchObject({
      ready: true,
      parts: [
        { name: 'log', ok: true },
        { name: 'readModels', ok: true },
      ],
    });
  });

  it('follows changes over SSE within one request', async () => {
    const { leadId } = await create('flo@example.com');
    const opened = Promise.withResolvers<void>();
    const stream = post(CHANGED, { id: leadId }, { headers: { accept: 'text/event-stream' }, until: '"version":2', onOpen: opened.resolve });
    await opened.promise;
    await note(leadId);
    const { status, text } = await stream;
    expect([status, text]).toEqual([200, expect.stringContaining('event: next')]);
  });

  it('takes a file of leads', async () => {
    const answer = await post('mutation ($csv: String!) { importLeads(input: { csv: $csv }) { accepted rejected } }', { csv: 'email\na@b.co\nb@b.co\n' });
    expect(dataOf(answer, 'importLeads')).toEqual({ accepted: 2, rejected: 0 });
  });
});

it('a gateway in an isolate without its addresses says so to those who deploy it, and nothing to others', async () => {
  const isolate = await startIsolate({});
  const answer = await isolate.fetch('/graphql');
  expect([answer.status, answer.text]).toEqual([500, expect.not.stringContaining('ORIGIN')]);
  await isolate.stop();
});
