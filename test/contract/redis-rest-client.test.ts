/** The SDK itself and our client over it, against the bridge. */
import { createServer } from 'node:http';
import { once } from 'node:events';
import { Redis } from '@upstash/redis';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createUndiciRequester } from '../../platform/redis-rest-undici.ts';
import { createRestClient, RestCommandError, RestUnavailableError } from '../../platform/redis-rest-client.ts';
import { startBridge, type Bridge } from '../../platform/redis-rest-bridge/server.ts';
import { haveRedisServer, startOwnRedis, type OwnRedis } from '../support/own-redis.ts';

const TOKEN = 'a-token-of-this-test';

describe.skipIf(!haveRedisServer())('over the bridge', () => {
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

  describe('@upstash/redis as it comes', () => {
    test('writes, reads, pipelines, runs transactions and scripts', async () => {
      const sdk = new Redis({ url: bridge.url, token: TOKEN, enableTelemetry: false });
      expect(await sdk.set('sdk', { name: 'Zoë', n: 1 })).toBe('OK');
      expect(await sdk.get('sdk')).toEqual({ name: 'Zoë', n: 1 });
      await sdk.hset('sdk:h', { a: 1, b: 'two' });
      expect(await sdk.hgetall('sdk:h')).toEqual({ a: 1, b: 'two' });
      expect(await sdk.pipeline().set('sdk:p', 1).incr('sdk:p').exec()).toEqual(['OK', 2]);
      expect(await sdk.multi().set('sdk:t', 'x').get('sdk:t').exec()).toEqual(['OK', 'x']);
      expect(await sdk.createScript('return {KEYS[1], ARGV[1]}').exec(['k'], ['v'])).toEqual(['k', 'v']);
      expect(await Promise.all([sdk.get('sdk:p'), sdk.get('sdk:t'), sdk.get('none')])).toEqual([2, 'x', null]);
    });

    test('subscribes', async () => {
      const sdk = new Redis({ url: bridge.url, token: TOKEN, enableTelemetry: false });
      const subscriber = sdk.subscribe<{ n: number }>('sdk:ch');
      const seen: number[] = [];
      subscriber.on('message', ({ message }) => seen.push(message.n));
      await new Promise<void>((resolve) => subscriber.on('subscribe', () => resolve()));
      for (let n = 0; n < 5; n++) await sdk.publish('sdk:ch', { n });
      await vi.waitFor(() => expect(seen).toEqual([0, 1, 2, 3, 4]));
      await subscriber.unsubscribe();
    });
  });

  describe.each(['fetch', 'undici'])('our client over %s', (transport) => {
    const requesters: { close(): Promise<void> }[] = [];
    afterAll(async () => void (await Promise.all(requesters.map((requester) => requester.close()))));
    const clientFor = (token: string) => {
      const address = { url: bridge.url, token };
      if (transport === 'fetch') return createRestClient(address);
      const requester = createUndiciRequester(address);
      requesters.push(requester);
      return createRestClient({ ...address, requester });
    };
    const make = () => clientFor(TOKEN);
    beforeAll(async () => void (await make().command(['FLUSHALL'])));

    test('gives replies as they are: text stays text', async () => {
      const client = make();
      expect(await client.command(['SET', 'c', '007'])).toBe('OK');
      expect(await client.command(['GET', 'c'])).toBe('007');
      expect(await client.command(['GET', 'none'])).toBeNull();
      expect(await client.command(['SET', 'c', '{"a": 1}\n€'])).toBe('OK');
      expect(await client.command(['GET', 'c'])).toBe('{"a": 1}\n€');
    });

    test('answers a pipeline entry by entry; an empty one asks nobody', async () => {
      expect(
        await make().pipeline([
          ['SET', 'c', 1],
          ['LPUSH', 'c', 2],
          ['GET', 'c'],
        ]),
      ).toEqual([{ result: 'OK' }, { error: expect.stringMatching(/^WRONGTYPE/) }, { result: '1' }]);
      expect(await createRestClient({ url: 'http://127.0.0.1:1', token: TOKEN }).pipeline([])).toEqual([]);
    });

    test('runs scripts by sha, alone and in pipelines, also when Redis forgot them', async () => {
      const client = make();
      const add = client.script('return redis.call("RPUSH", KEYS[1], ARGV[1])');
      const calls = [1, 2, 3].map((n) => add.call(['list'], [n]));
      expect(await client.pipeline(calls)).toEqual([{ result: 1 }, { result: 2 }, { result: 3 }]);
      await client.command(['SCRIPT', 'FLUSH']);
      expect(await client.pipeline([...calls, ['LLEN', 'list'], add.call(['list'], [4])])).toEqual([
        { result: 4 },
        { result: 5 },
        { result: 6 },
        { result: 3 },
        { result: 7 },
      ]);
      await client.command(['SCRIPT', 'FLUSH']);
      expect(await add.eval(['list'], [5])).toBe(8);
      expect(await add.eval(['list'], [6])).toBe(9);
      expect(await client.command(['LRANGE', 'list', 0, -1])).toEqual(['1', '2', '3', '1', '2', '3', '4', '5', '6']);
    });

    test('a plain read behind a script is answered after it, also when Redis forgot the script', async () => {
      const client = make();
      const set = client.script('return redis.call("SET", KEYS[1], ARGV[1])');
      for (const value of ['1', '2']) {
        expect(await client.pipeline([['GET', 'none'], set.call(['read-behind'], [value]), ['GET', 'read-behind']])).toEqual([
          { result: null },
          { result: 'OK' },
          { result: value },
        ]);
        await client.command(['SCRIPT', 'FLUSH']);
      }
    });

    test('tells what Redis refused, without the command in the message', async () => {
      const refused = make().command(['SET', 'c', 'secret-data', 'XX', 'NX']);
      await expect(refused).rejects.toThrow(RestCommandError);
      await expect(refused).rejects.toMatchObject({ code: 'ERR', message: expect.not.stringContaining('secret-data') });
      const wrongToken = clientFor('another-token-of-this').command(['PING']);
      await expect(wrongToken).rejects.toMatchObject({ name: 'RestCommandError', code: 'WRONGPASS' });
    });
  });
});

describe('our client without a Redis behind it', () => {
  const serve = async (answer: (count: number) => { status: number; body: string } | null) => {
    let count = 0;
    const server = createServer((_, response) => {
      const given = answer(++count);
      if (given) response.writeHead(given.status, { connection: 'close' }).end(given.body);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
    return { url, count: () => count, stop: () => (server.closeAllConnections(), void server.close()) };
  };

  test.each([
    ['a 503 of the bridge', { status: 503, body: '{"error":"UNAVAILABLE Redis does not answer"}' }],
    ["a proxy's page", { status: 502, body: '<html>Bad gateway</html>' }],
    ['a 500 with another error', { status: 500, body: '{"error":"internal"}' }],
    ['a Redis that is loading', { status: 400, body: '{"error":"LOADING Redis is loading the dataset in memory"}' }],
    ['a 200 that is not of the protocol', { status: 200, body: '{"hello":1}' }],
    ['no answer in time', null],
  ])('says that it is unavailable on %s, after one attempt', async (_, answer) => {
    const server = await serve(() => answer);
    const address = { url: server.url, token: TOKEN, timeoutMs: 200 };
    const requester = createUndiciRequester(address);
    for (const client of [createRestClient(address), createRestClient({ ...address, requester })]) {
      const before = server.count();
      await expect(client.command(['INCR', 'k'])).rejects.toThrow(RestUnavailableError);
      expect(server.count()).toBe(before + 1);
      await expect(client.pipeline([['INCR', 'k']])).rejects.toThrow(RestUnavailableError);
    }
    await requester.close();
    server.stop();
  });

  test('says that it is unavailable where nobody listens', async () => {
    await expect(createRestClient({ url: 'http://127.0.0.1:1', token: TOKEN }).command(['PING'])).rejects.toThrow(RestUnavailableError);
  });
});
