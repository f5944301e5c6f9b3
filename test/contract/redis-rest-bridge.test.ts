/** The bridge's HTTP side over a real Redis, by plain fetch: what any client in any language sees. */
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBridge, type Bridge } from '../../platform/redis-rest-bridge/server.ts';
import { haveRedisServer, startOwnRedis, type OwnRedis } from '../support/own-redis.ts';

const TOKEN = 'a-token-of-this-test';
const AUTH = { authorization: `Bearer ${TOKEN}` };

describe.skipIf(!haveRedisServer())('the Redis REST bridge', () => {
  let redis: OwnRedis;
  let bridge: Bridge;
  beforeAll(async () => {
    redis = await startOwnRedis();
    bridge = await startBridge({ redisUrl: redis.url, token: TOKEN, port: 0 });
  });
  afterAll(async () => {
    await bridge.stop();
    await redis.stop();
  });

  const call = async (path: string, init: RequestInit = {}): Promise<{ status: number; body: unknown; headers: Headers }> => {
    const response = await fetch(bridge.url + path, { ...init, headers: { ...AUTH, ...Object.fromEntries(new Headers(init.headers)) } });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text), headers: response.headers };
  };
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    call(path, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), headers });

  describe('a command', () => {
    test('posted as an array is answered with its result', async () => {
      expect(await post('/', ['SET', 'k', 'v', 'EX', 100])).toMatchObject({ status: 200, body: { result: 'OK' } });
      expect(await post('/', ['get', 'k'])).toMatchObject({ status: 200, body: { result: 'v' } });
      expect(await post('/', ['GET', 'nothing'])).toMatchObject({ body: { result: null } });
      expect(await post('/', ['INCRBY', 'n', '41'])).toMatchObject({ body: { result: 41 } });
      await post('/', ['ZADD', 'z', 1.5, 'a', 2, 'b']);
      expect(await post('/', ['ZRANGE', 'z', 0, -1, 'WITHSCORES'])).toMatchObject({ body: { result: ['a', '1.5', 'b', '2'] } });
    });

    test('that Redis refuses is a 400 with the words of Redis', async () => {
      await post('/', ['SET', 'text', 'v']);
      expect(await post('/', ['LPUSH', 'text', 'v'])).toMatchObject({
        status: 400,
        body: { error: 'WRONGTYPE Operation against a key holding the wrong kind of value' },
      });
      const unknown = await post('/', ['NOSUCHCOMMAND']);
      expect(unknown.status).toBe(400);
      expect(unknown.body).toMatchObject({ error: expect.stringMatching(/^ERR unknown command/) });
    });

    test('has 64-bit integers answered digit by digit', async () => {
      const response = await fetch(bridge.url, { method: 'POST', headers: AUTH, body: '["INCRBY","big","9007199254740993"]' });
      expect(await response.text()).toBe('{"result":9007199254740993}');
    });

    test.each([
      ['not JSON', 'hello'],
      ['an object', '{"a":1}'],
      ['nothing', ''],
      ['an empty list', '[]'],
      ['a nested list', '["GET",["a"]]'],
      ['a null argument', '["SET","k",null]'],
      ['an integer that JSON rounds', '["SET","k",9007199254740993]'],
      ['an empty name', '[""]'],
      ['half a list', '["GET","a"'],
      ['a deep nest', '['.repeat(50_000)],
    ])('of %s is a 400 that says why', async (_, body) => {
      const answer = await post('/', body);
      expect(answer.status).toBe(400);
      expect(answer.body).toMatchObject({ error: expect.stringMatching(/^ERR .{5,}/) });
    });

    test.each([
      ['CONFIG', 'GET', '*'],
      ['DEBUG', 'SLEEP', '1'],
      ['SHUTDOWN'],
      ['BLPOP', 'l', '0'],
      ['bzpopmin', 'l', '0'],
      ['SUBSCRIBE', 'ch'],
      ['SELECT', '1'],
      ['MULTI'],
      ['WAIT', '1', '0'],
      ['CLIENT', 'REPLY', 'OFF'],
      ['SCRIPT', 'KILL'],
      ['XREAD', 'BLOCK', '0', 'STREAMS', 's', '$'],
      ['XREADGROUP', 'GROUP', 'g', 'c', 'COUNT', '1', 'block', '0', 'STREAMS', 's', '>'],
    ])('%s %s %s is refused: the connection belongs to everybody', async (...command) => {
      expect(await post('/', command)).toMatchObject({ status: 400, body: { error: expect.stringContaining('is not available over REST') } });
    });

    test('may have words of the refused options as its data', async () => {
      await post('/', ['XADD', 'BLOCK', '1-1', 'f', 'v']);
      expect((await post('/', ['XREAD', 'STREAMS', 'BLOCK', '0'])).body).toEqual({ result: [['BLOCK', [['1-1', ['f', 'v']]]]] });
    });
  });

  describe('the path form', () => {
    test('takes the command from the path, the body as last argument, then the query', async () => {
      expect(await call('/set/pk/value')).toMatchObject({ status: 200, body: { result: 'OK' } });
      expect(await call('/get/pk')).toMatchObject({ body: { result: 'value' } });
      expect(await call('/set/pk?EX=100', { method: 'POST', body: 'from the body' })).toMatchObject({ body: { result: 'OK' } });
      expect(await call('/get/pk')).toMatchObject({ body: { result: 'from the body' } });
      expect(await call('/ttl/pk')).toMatchObject({ body: { result: 100 } });
      expect(await call('/set/pk?NX', { method: 'PUT', body: 'again' })).toMatchObject({ body: { result: null } });
      expect(await call('/set/a%2Fb%20c/%C3%A9')).toMatchObject({ body: { result: 'OK' } });
      expect(await call('/get/a%2Fb%20c')).toMatchObject({ body: { result: 'é' } });
      expect(await call('/get/pk', { method: 'HEAD' })).toMatchObject({ status: 200, body: undefined });
    });

    test('refuses broken escapes and other methods', async () => {
      expect(await call('/get/%zz')).toMatchObject({ status: 400 });
      expect(await call('/get/pk', { method: 'DELETE' })).toMatchObject({ status: 405 });
      expect(await call('/', { method: 'GET' })).toMatchObject({ status: 405 });
      expect(await call('/pipeline', { method: 'GET' })).toMatchObject({ status: 405 });
    });
  });

  describe('who asks', () => {
    test.each([
      ['nothing', {}, ''],
      ['another token', { authorization: 'Bearer another-token-of-a-test' }, ''],
      ['another scheme', { authorization: `Basic ${TOKEN}` }, ''],
      ['a longer token', { authorization: `Bearer ${TOKEN}x` }, ''],
      ['a wrong token in the query', {}, '?_token=wrong'],
    ])('with %s gets 401 on every endpoint', async (_, headers, query) => {
      for (const path of ['/', '/pipeline', '/multi-exec', '/get/k', '/subscribe/ch', '/publish/ch/m']) {
        const response = await fetch(bridge.url + path + query, { method: 'POST', headers, body: '["GET","k"]' });
        expect(response.status).toBe(401);
        expect(await response.json()).toEqual({ error: 'WRONGPASS invalid or missing auth token' });
      }
    });

    test('may give the token in the query', async () => {
      const response = await fetch(`${bridge.url}/echo/hi?_token=${TOKEN}`);
      expect(await response.json()).toEqual({ result: 'hi' });
    });
  });

  describe('a pipeline', () => {
    test('answers each command in order, errors beside results', async () => {
      const commands = [
        ['SET', 'p', '1'],
        ['LPUSH', 'p', 'x'],
        ['INCR', 'p'],
        ['CONFIG', 'GET', '*'],
        ['GET', 'p'],
      ];
      const { status, body } = await post('/pipeline', commands);
      expect(status).toBe(200);
      expect(body).toEqual([
        { result: 'OK' },
        { error: expect.stringMatching(/^WRONGTYPE/) },
        { result: 2 },
        { error: expect.stringContaining('not available') },
        { result: '2' },
      ]);
    });

    test('of 1,000 commands is one request, many at once keep their own order', async () => {
      const pipelines = Array.from({ length: 10 }, (_, n) => Array.from({ length: 1000 }, () => ['INCR', `counter:${n}`]));
      const answers = await Promise.all(pipelines.map((commands) => post('/pipeline', commands)));
      const expected = Array.from({ length: 1000 }, (_, index) => ({ result: index + 1 }));
      for (const { body } of answers) expect(body).toEqual(expected);
    });

    test.each(['[]', '{}', '["GET","a"]', '[["GET","a"],"b"]', '[[]]', 'x'])('of %s is a 400', async (body) => {
      expect((await post('/pipeline', body)).status).toBe(400);
      expect((await post('/multi-exec', body)).status).toBe(400);
    });
  });

  describe('a transaction', () => {
    test('answers each command; what fails while it runs is an error in its place', async () => {
      const { status, body } = await post('/multi-exec', [
        ['SET', 't', 'a'],
        ['LPUSH', 't', 'x'],
        ['GET', 't'],
      ]);
      expect(status).toBe(200);
      expect(body).toEqual([{ result: 'OK' }, { error: expect.stringMatching(/^WRONGTYPE/) }, { result: 'a' }]);
    });

    test('with a command that Redis cannot take has no effect at all', async () => {
      const { status, body } = await post('/multi-exec', [['SET', 'never', '1'], ['SET']]);
      expect(status).toBe(400);
      expect(body).toMatchObject({ error: expect.stringContaining('wrong number of arguments') });
      expect(
        (
          await post('/multi-exec', [
            ['SET', 'never', '1'],
            ['BLPOP', 'l', '0'],
          ])
        ).status,
      ).toBe(400);
      expect((await post('/', ['GET', 'never'])).body).toEqual({ result: null });
    });

    test('lets nobody in between', async () => {
      const transfer = [
        ['INCR', 'left'],
        ['DECR', 'right'],
        ['MGET', 'left', 'right'],
      ];
      const answers = await Promise.all(Array.from({ length: 50 }, () => post('/multi-exec', transfer)));
      for (const { body } of answers) {
        const [, , reply] = body as { result: [string, string] }[];
        expect(Number(reply?.result[0]) + Number(reply?.result[1])).toBe(0);
      }
    });
  });

  describe('values', () => {
    test('come in base64 at every depth, except exactly OK', async () => {
      const encoded = { 'upstash-encoding': 'base64' };
      const b64 = (text: string): string => Buffer.from(text).toString('base64');
      expect((await post('/', ['SET', 'b', 'wörld'], encoded)).body).toEqual({ result: 'OK' });
      expect((await post('/', ['GET', 'b'], encoded)).body).toEqual({ result: b64('wörld') });
      const script = 'return {"a", {"b", 7, {"OK", false}}}';
      expect((await post('/', ['EVAL', script, 0], encoded)).body).toEqual({ result: [b64('a'), [b64('b'), 7, ['OK', null]]] });
      expect((await post('/pipeline', [['GET', 'b'], ['NOSUCH']], encoded)).body).toEqual([
        { result: b64('wörld') },
        { error: expect.stringMatching(/^ERR unknown/) },
      ]);
    });

    test('of any bytes go in by the path form and come out by base64 or resp2 unchanged', async () => {
      const bytes = Buffer.from(Array.from({ length: 512 }, (_, n) => n % 256));
      await call('/set/bytes', { method: 'POST', body: bytes });
      expect((await post('/', ['STRLEN', 'bytes'])).body).toEqual({ result: 512 });
      expect((await post('/', ['GET', 'bytes'], { 'upstash-encoding': 'base64' })).body).toEqual({ result: bytes.toString('base64') });
      await call('/set/%FF%00key/x');
      expect((await call('/exists/%FF%00key')).body).toEqual({ result: 1 });
      const raw = await fetch(`${bridge.url}/get/bytes`, { headers: { ...AUTH, 'upstash-response-format': 'resp2' } });
      expect(Buffer.from(await raw.arrayBuffer())).toEqual(Buffer.concat([Buffer.from('$512\r\n'), bytes, Buffer.from('\r\n')]));
    });

    test('come as RESP2 where that is asked for', async () => {
      const resp2 = { ...AUTH, 'upstash-response-format': 'resp2' };
      const ask = async (body: unknown) => (await fetch(bridge.url, { method: 'POST', headers: resp2, body: JSON.stringify(body) })).text();
      expect(await ask(['SET', 'r', 'v'])).toBe('+OK\r\n');
      expect(await ask(['EVAL', 'return {1, "b", {false}}', 0])).toBe('*3\r\n:1\r\n$1\r\nb\r\n*1\r\n$-1\r\n');
      expect(await ask(['LPUSH', 'r', 'v'])).toMatch(/^-WRONGTYPE .*\r\n$/);
    });

    test('of 8 MB pass, a request over 10 MB is a 413 that the client hears', async () => {
      const large = 'x'.repeat(8_000_000);
      expect((await post('/', ['SET', 'large', large])).status).toBe(200);
      expect((await post('/', ['GET', 'large'])).body).toEqual({ result: large });
      for (const chunked of [false, true]) {
        const status = await new Promise<number>((resolve, reject) => {
          const body = Buffer.alloc(10_500_000, 0x20);
          const headers = { ...AUTH, ...(chunked ? {} : { 'content-length': body.length }) };
          const request = httpRequest(bridge.url, { method: 'POST', headers }, (response) => {
            response.resume();
            resolve(response.statusCode ?? 0);
          });
          request.once('error', reject);
          request.end(body);
        });
        expect(status).toBe(413);
      }
      expect((await post('/', ['PING'])).body).toEqual({ result: 'PONG' });
    });
  });

  test('scripts with Upstash flags run, also by the sha that the client computes', async () => {
    const source = '#!lua flags=allow-key-locking\nreturn {KEYS[1], ARGV[1]}';
    const hash = await crypto.subtle.digest('SHA-1', new TextEncoder().encode(source));
    const sha = Buffer.from(hash).toString('hex');
    expect((await post('/', ['EVALSHA', sha, 1, 'k', 'v'])).body).toMatchObject({ error: expect.stringMatching(/^NOSCRIPT/) });
    expect((await post('/', ['EVAL', source, 1, 'k', 'v'])).body).toEqual({ result: ['k', 'v'] });
    expect((await post('/', ['EVALSHA', sha, 1, 'k', 'v'])).body).toEqual({ result: ['k', 'v'] });
    expect((await post('/multi-exec', [['EVALSHA', sha, 1, 'k', 'v']])).body).toEqual([{ result: ['k', 'v'] }]);
    const other = `${source} -- loaded`;
    const { result } = (await post('/', ['SCRIPT', 'LOAD', other])).body as { result: string };
    expect((await post('/', ['SCRIPT', 'EXISTS', result, sha, 'f'.repeat(40)])).body).toEqual({ result: [1, 1, 0] });
    expect((await post('/', ['EVALSHA', result, 1, 'k', 'v'])).body).toEqual({ result: ['k', 'v'] });
  });

  test('every answer has another sync token', async () => {
    const tokens = await Promise.all([1, 2, 3].map(async () => (await post('/', ['PING'])).headers.get('upstash-sync-token')));
    expect(new Set(tokens).size).toBe(3);
  });

  test('health and figures are there without a token', async () => {
    expect((await fetch(`${bridge.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${bridge.url}/readyz`)).status).toBe(200);
    const metrics = await (await fetch(`${bridge.url}/metrics`)).text();
    expect(metrics).toContain('lead_intelligence_bridge_requests_total{endpoint="pipeline",status="200"}');
    expect(metrics).toContain('lead_intelligence_bridge_redis_up 1');
  });
});
