import { request as rawRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Logger } from '../../../platform/telemetry/logger.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';

interface Answer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[];
}

describe('the gateway over HTTP', () => {
  let gateway: TestGateway;
  const logged: object[] = [];
  const logger: Logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: (fields) => void logged.push(fields),
    error: (fields) => void logged.push(fields),
  };
  beforeAll(async () => {
    const checks = { log: async () => undefined, readModels: () => Promise.reject(new Error('redis://secret@host is away')) };
    gateway = await startTestGateway({ logger, checks, webhook: async (request) => new Response(await request.text(), { status: 202 }) });
  });
  afterAll(() => gateway.stop());

  const answerTo = async (query: string, headers: Record<string, string> = {}): Promise<Answer> =>
    (await (await gateway.query({ query }, headers)).json()) as Answer;
  const codeOf = async (query: string): Promise<unknown> => (await answerTo(query)).errors?.[0]?.extensions['code'];

  it('answers a request whose host makes no address with what is wrong', async () => {
    for (const host of ['[::', 'a b/@']) expect(await statusUnderName(gateway, host)).toBe(400);
  });

  describe('request ids', () => {
    it('are made for every answer, and a caller’s own is kept', async () => {
      expect((await fetch(`${gateway.url}/healthz`)).headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
      const response = await gateway.query({ query: '{ requestId }' }, { 'x-request-id': 'mine-1' });
      expect(response.headers.get('x-request-id')).toBe('mine-1');
      expect(await response.json()).toEqual({ data: { requestId: 'mine-1' } });
    });
    it('are never text that could break a log', async () => {
      const response = await gateway.query({ query: '{ requestId }' }, { 'x-request-id': 'a b{}' });
      expect(response.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
    });
  });

  describe('errors', () => {
    it('that nobody foresaw tell the client an id and the log everything', async () => {
      const answer = await answerTo('{ fails(with: "bug") }', { 'x-request-id': 'bug-1' });
      expect(answer.errors?.[0]).toMatchObject({ extensions: { code: 'INTERNAL', requestId: 'bug-1' }, path: ['fails'] });
      expect(JSON.stringify(answer)).not.toContain('hunter2');
      expect(logged).toContainEqual({ requestId: 'bug-1', err: expect.objectContaining({ message: expect.stringContaining('ECONNREFUSED') }) });
    });
    it('of a value that does not fit its type are ours, not the client’s', async () => {
      expect(await codeOf('{ echo(text: "not a number") }')).toBe('INTERNAL');
    });
    it('of the domain pass with their code and what they say', async () => {
      expect((await answerTo('{ fails(with: "conflict") }')).errors).toMatchObject([
        { message: 'the lead moved on', extensions: { code: 'VERSION_CONFLICT', field: 'expectedVersion' } },
      ]);
    });
    it.each(['log', 'readModels'])('of a part that is away (%s) say UNAVAILABLE and when to try again, not where the part is', async (part) => {
      const response = await gateway.query({ query: `query($with: String!) { fails(with: $with) }`, variables: { with: part } });
      const text = await response.text();
      expect(JSON.parse(text)).toMatchObject({ errors: [{ extensions: { code: 'UNAVAILABLE', retryAfter: 2 } }] });
      expect(text).not.toContain('10.0.0');
    });
    it('of a query string say which of its parameters are no JSON', async () => {
      const authorization = `Bearer ${await gateway.token()}`;
      for (const bad of ['variables=%7B', 'extensions=1%202']) {
        const response = await fetch(`${gateway.url}/graphql?query=%7Bwhoami%7D&${bad}`, { headers: { authorization } });
        expect(response.status).toBe(400);
        expect(await response.json()).toMatchObject({
          errors: [{ message: expect.stringContaining('JSON') as string, extensions: { code: 'BAD_USER_INPUT' } }],
        });
      }
    });
    it('of the request name what is wrong with it', async () => {
      expect(await codeOf('{')).toBe('BAD_USER_INPUT');
      expect(await codeOf('{ nothing }')).toBe('BAD_USER_INPUT');
      expect(await codeOf('query($x: String!) { fails(with: $x) }')).toBe('BAD_USER_INPUT');
    });
  });

  describe('limits', () => {
    const nested = (levels: number): string => '{ item '.repeat(1) + '{ parent '.repeat(levels) + '{ name }' + ' }'.repeat(levels) + ' }';
    it('stop documents that are too deep, have too many aliases or are too long', async () => {
      expect(await codeOf(nested(10))).toBeUndefined();
      expect(await codeOf(nested(12))).toBe('COST_EXCEEDED');
      expect(await codeOf(`{ ${Array.from({ length: 51 }, (_, i) => `a${i}: whoami`).join(' ')} }`)).toBe('COST_EXCEEDED');
      expect(await codeOf(`{ ${'whoami '.repeat(5_000)} }`)).toBe('BAD_USER_INPUT');
    });
    it('multiply the sizes of lists, also where they come from variables', async () => {
      const query = 'query($n: Int) { items(first: $n) { nodes { items(first: $n) { nodes { name } } } } }';
      const within: Answer = (await (await gateway.query({ query, variables: { n: 20 } })).json()) as Answer;
      expect(within.errors).toBeUndefined();
      const beyond: Answer = (await (await gateway.query({ query, variables: { n: 500 } })).json()) as Answer;
      expect(beyond.errors?.[0]?.extensions).toMatchObject({ code: 'COST_EXCEEDED', cost: expect.any(Number), costMax: 25_000 });
    });
    it('check fragments that multiply one another without walking them', async () => {
      const fragments = Array.from({ length: 60 }, (_, i) => `fragment f${i} on Item { ...f${i + 1} parent { ...f${i + 1} } }`).join(' ');
      expect(await codeOf(`{ item { ...f0 } } ${fragments} fragment f60 on Item { name }`)).toBe('COST_EXCEEDED');
    });
    it('refuse fragments that contain themselves without hanging', async () => {
      expect(await codeOf('{ item { ...f } } fragment f on Item { parent { ...f } }')).toBe('BAD_USER_INPUT');
    });
  });

  describe('bodies', () => {
    const post = async (path: string, body: BodyInit, headers: Record<string, string> = {}): Promise<Response> =>
      await fetch(`${gateway.url}${path}`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', ...headers },
        ...(body instanceof ReadableStream && { duplex: 'half' }),
      });
    const endless = (megabytes: number): ReadableStream => {
      let left = megabytes;
      return new ReadableStream({ pull: (sink) => (left-- > 0 ? sink.enqueue(new Uint8Array(1_000_000).fill(32)) : sink.close()) });
    };
    it('of 16 MB are taken with a token', async () => {
      const response = await gateway.query({ query: '{ whoami }', variables: { filler: 'x'.repeat(15_000_000) } });
      expect(response.status).toBe(200);
    });
    it('that are longer are refused, whether they say their length or not', async () => {
      const authorization = `Bearer ${await gateway.token()}`;
      const announced = await post('/graphql', 'x'.repeat(16_000_001), { authorization });
      expect(announced.status).toBe(413);
      expect(await announced.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT', bytesMax: 16_000_000 } }] });
      expect((await post('/graphql', endless(17), { authorization })).status).toBe(413);
    });
    it('that do not say their length are read all the same', async () => {
      const authorization = `Bearer ${await gateway.token()}`;
      const body = new Blob([JSON.stringify({ query: '{ whoami }' })]).stream();
      expect(await (await post('/graphql', body, { authorization })).json()).toEqual({ data: { whoami: 'demo-admin@demo' } });
    });
    it('of strangers are not read', async () => {
      expect((await post('/graphql', 'x'.repeat(3_000_000))).status).toBe(401);
    });
    it('of webhooks arrive byte by byte, up to 2 MB', async () => {
      const response = await post('/webhooks/crm', '{"a": 1 }');
      expect(response.status).toBe(202);
      expect(await response.text()).toBe('{"a": 1 }');
      expect((await post('/webhooks/crm', 'x'.repeat(2_000_001))).status).toBe(413);
    });
  });

  describe('pages of other origins', () => {
    it.each([
      ['an Origin that is not ours', { origin: 'https://evil.example' }],
      ['a cross-site request', { 'sec-fetch-site': 'cross-site' }],
      ['an opaque origin', { origin: 'null' }],
    ])('may not ask: %s', async (_name, headers) => {
      const response = await gateway.query({ query: '{ whoami }' }, headers);
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
    });
    it('cannot use a form: bodies must be JSON', async () => {
      const response = await gateway.query({ query: '{ whoami }' }, { 'content-type': 'text/plain' });
      expect(response.status).toBe(415);
    });
    it('our own pages may', async () => {
      expect((await gateway.query({ query: '{ whoami }' }, { origin: gateway.url })).status).toBe(200);
    });
    it('get no permission by CORS', async () => {
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'OPTIONS',
        headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
      });
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
    });
  });

  it('runs no mutation by GET', async () => {
    const headers = { authorization: `Bearer ${await gateway.token()}` };
    expect((await fetch(`${gateway.url}/graphql?query=mutation{touch}`, { headers })).status).toBe(405);
    expect(await (await fetch(`${gateway.url}/graphql?query={whoami}`, { headers })).json()).toEqual({ data: { whoami: 'demo-admin@demo' } });
  });

  describe('dev tokens', () => {
    const ask = (headers: Record<string, string> = {}, body = ''): Promise<Response> => fetch(`${gateway.url}/dev/token`, { method: 'POST', headers, body });
    it('are given to this machine, for an admin or the demo user who is asked for', async () => {
      const admin = (await (await ask()).json()) as { token: string; user: { roles: string[] } };
      expect(admin.user).toMatchObject({ user: 'admin', tenant: 'demo', roles: ['ADMIN'] });
      expect(await (await gateway.query({ query: '{ whoami }' }, { authorization: `Bearer ${admin.token}` })).json()).toEqual({
        data: { whoami: 'demo-admin@demo' },
      });
      expect(await (await ask({}, '{"user":"agent"}')).json()).toMatchObject({ user: { roles: ['AGENT'] } });
      expect((await ask({}, '{"user":"nobody"}')).status).toBe(400);
      expect((await ask({}, 'rubbish')).status).toBe(400);
    });
    it('are not given to pages of other origins, nor under a foreign name for this machine', async () => {
      expect((await ask({ origin: 'https://evil.example' })).status).toBe(403);
      expect(await statusUnderName(gateway, 'evil.example')).toBe(403);
    });
    it('are not given to other machines', async () => {
      const request = new Request('http://127.0.0.1/dev/token', { method: 'POST' });
      expect((await gateway.app.fetch(request.clone(), { remoteAddress: '10.1.2.3' })).status).toBe(403);
      expect((await gateway.app.fetch(request.clone(), {})).status).toBe(403);
    });
    it('do not exist where they are not switched on', async () => {
      const strict = await startTestGateway({ withDevTokens: false });
      expect((await fetch(`${strict.url}/dev/token`, { method: 'POST' })).status).toBe(404);
      await strict.stop();
    });
  });

  describe('health', () => {
    it('is alive', async () => {
      expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
    });
    it('is ready although a part is away, says which, and gives no address away', async () => {
      const response = await fetch(`${gateway.url}/readyz`);
      expect(response.status).toBe(200);
      const text = await response.text();
      expect(JSON.parse(text)).toEqual({
        ready: true,
        state: 'ready',
        parts: [
          { name: 'log', ok: true },
          { name: 'readModels', ok: false, detail: 'Error' },
        ],
      });
      expect(text).not.toContain('secret');
    });
    it('tells its metrics, and keeps the names that clients choose few', async () => {
      for (let i = 0; i < 205; i += 1) await gateway.query({ query: `query Name${i} { whoami }` });
      const text = await (await fetch(`${gateway.url}/metrics`)).text();
      expect(text).toContain('lead_intelligence_http_requests_total{route="/graphql",method="POST",status="200"}');
      expect(text).toContain('name="other"');
      expect(text.match(/^lead_intelligence_graphql_operations_total/gm)?.length).toBeLessThan(230);
    });
  });

  it('answers 404 in JSON where there is nothing', async () => {
    const response = await fetch(`${gateway.url}/nothing.txt`);
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toContain('application/json');
  });
});

/** fetch sets Host by itself; this sends the one it is told to. */
function statusUnderName(gateway: TestGateway, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: gateway.port, path: '/dev/token', method: 'POST', headers: { host } };
    rawRequest(options, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .once('error', reject)
      .end();
  });
}
