/** The bridge's event streams, its behaviour while Redis is away, and how it ends. */
import { connect } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startBridge, type Bridge } from '../../platform/redis-rest-bridge/server.ts';
import { readEvents } from '../support/event-reader.ts';
import { haveRedisServer, startOwnRedis, type OwnRedis } from '../support/own-redis.ts';

const TOKEN = 'a-token-of-this-test';
const POST = { method: 'POST', headers: { authorization: `Bearer ${TOKEN}` } };

describe.skipIf(!haveRedisServer())('an event stream of the bridge', () => {
  let redis: OwnRedis;
  let bridge: Bridge;
  beforeEach(async () => {
    redis = await startOwnRedis();
    bridge = await startBridge({ redisUrl: redis.url, token: TOKEN, port: 0, keepAliveMs: 50 });
  });
  afterEach(async () => {
    await bridge.stop();
    await redis.stop();
  });
  const command = async (...parts: (string | number)[]): Promise<{ status: number; body: unknown }> => {
    const response = await fetch(bridge.url, { ...POST, body: JSON.stringify(parts) });
    return { status: response.status, body: await response.json() };
  };
  const taken = (count: number): Promise<void> =>
    vi.waitFor(async () => expect(await (await fetch(`${bridge.url}/metrics`)).text()).toContain(`lead_intelligence_bridge_commands_total ${count}\n`));
  const subscribers = async (channel: string): Promise<unknown> => (await command('PUBSUB', 'NUMSUB', channel)).body;

  test('begins with the confirmation and then carries every message', async () => {
    const events = await readEvents(`${bridge.url}/subscribe/news`, POST);
    expect(await events.next()).toBe('subscribe,news,1');
    expect((await command('PUBLISH', 'news', '{"a":"1,2"}')).body).toEqual({ result: 1 });
    await fetch(`${bridge.url}/publish/news/by-path`, POST);
    expect(await events.next()).toBe('message,news,{"a":"1,2"}');
    expect(await events.next()).toBe('message,news,by-path');
    events.stop();
  });

  test('takes several channels, and patterns', async () => {
    const both = await readEvents(`${bridge.url}/subscribe/a/b%20c`, POST);
    expect([await both.next(), await both.next()]).toEqual(['subscribe,a,1', 'subscribe,b c,2']);
    const pattern = await readEvents(`${bridge.url}/psubscribe/${encodeURIComponent('b*')}`, { headers: POST.headers });
    expect(await pattern.next()).toBe('psubscribe,b*,1');
    await command('PUBLISH', 'b c', 'hello');
    expect(await both.next()).toBe('message,b c,hello');
    expect(await pattern.next()).toBe('pmessage,b*,b c,hello');
    both.stop();
    pattern.stop();
  });

  test('carries a message of several lines as the lines of one event', async () => {
    const response = await fetch(`${bridge.url}/subscribe/lines`, POST);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    await command('PUBLISH', 'lines', 'one\ntwo');
    let text = '';
    while (!text.includes('two')) text += (await reader?.read())?.value ?? '';
    expect(text).toContain('data: message,lines,one\ndata: two\n\n');
    await reader?.cancel();
  });

  test('has keep-alive comments while nothing happens', async () => {
    const events = await readEvents(`${bridge.url}/subscribe/quiet`, POST);
    expect(await events.comment()).toBe(': keep-alive');
    expect(await events.comment()).toBe(': keep-alive');
    events.stop();
  });

  test('shares one Redis subscription with others and frees it when the last client has gone', async () => {
    const first = await readEvents(`${bridge.url}/subscribe/shared`, POST);
    const second = await readEvents(`${bridge.url}/subscribe/shared`, POST);
    await Promise.all([first.next(), second.next()]);
    expect(await subscribers('shared')).toEqual({ result: ['shared', 1] });
    first.stop();
    await command('PUBLISH', 'shared', 'still here');
    expect(await second.next()).toBe('message,shared,still here');
    second.stop();
    await vi.waitFor(async () => expect(await subscribers('shared')).toEqual({ result: ['shared', 0] }));
    const again = await readEvents(`${bridge.url}/subscribe/shared`, POST);
    expect(await again.next()).toBe('subscribe,shared,1');
    again.stop();
  });

  test('of a client that does not read is cut off, and nobody else notices', async () => {
    const { port, hostname } = new URL(bridge.url);
    const lazy = connect(Number(port), hostname);
    lazy.on('error', () => undefined);
    await once(lazy, 'connect');
    lazy.write(`POST /subscribe/flood HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKEN}\r\ncontent-length: 0\r\n\r\n`);
    await once(lazy, 'readable');
    await vi.waitFor(async () => expect(await subscribers('flood')).toEqual({ result: ['flood', 1] }));
    const reader = await readEvents(`${bridge.url}/subscribe/flood`, POST);
    await reader.next();
    const block = 'x'.repeat(1_000_000);
    for (let n = 0; n < 20; n++) {
      await command('PUBLISH', 'flood', `${n}${block}`);
      expect(await reader.next()).toContain(`message,flood,${n}x`);
    }
    await vi.waitFor(async () => expect(await (await fetch(`${bridge.url}/metrics`)).text()).toContain('lead_intelligence_bridge_subscribers 1'));
    reader.stop();
    lazy.destroy();
  });

  test('ends when Redis goes away, so that the client can catch up on what it missed', async () => {
    const events = await readEvents(`${bridge.url}/subscribe/news`, POST);
    await events.next();
    await redis.kill();
    expect(await events.next()).toBeUndefined();
    const refused = await fetch(`${bridge.url}/subscribe/news`, POST);
    expect(refused.status).toBe(503);
    expect(await command('GET', 'k')).toMatchObject({ status: 503, body: { error: expect.stringMatching(/^UNAVAILABLE /) } });
    expect((await fetch(`${bridge.url}/readyz`)).status).toBe(503);
    expect((await fetch(`${bridge.url}/healthz`)).status).toBe(200);
    await redis.restart();
    await vi.waitFor(async () => expect((await fetch(`${bridge.url}/readyz`)).status).toBe(200), { timeout: 10_000 });
    const again = await readEvents(`${bridge.url}/subscribe/news`, POST);
    expect(await again.next()).toBe('subscribe,news,1');
    expect(await command('SET', 'k', 'v')).toMatchObject({ status: 200 });
    again.stop();
  });

  test('commands that were under way when Redis died are not sent again', async () => {
    redis.freeze();
    const pending = command('INCR', 'once');
    await taken(1);
    await redis.restart();
    expect(await pending).toMatchObject({ status: 503 });
    await vi.waitFor(async () => expect(await command('GET', 'once')).toMatchObject({ status: 200, body: { result: null } }), { timeout: 10_000 });
  });

  test('does not wait at its end for a connection that never asked anything', async () => {
    const patient = await startBridge({ redisUrl: redis.url, token: TOKEN, port: 0, drainMs: 3_600_000 });
    const { port, hostname } = new URL(patient.url);
    const silent = connect(Number(port), hostname);
    await once(silent, 'connect');
    const [, closed] = await Promise.all([patient.stop(), once(silent, 'close')]);
    expect(closed).toEqual([false]);
  });

  test('ends when the bridge stops; a request under way still gets its answer', async () => {
    const events = await readEvents(`${bridge.url}/subscribe/news`, POST);
    await events.next();
    const slow = command('EVAL', 'local n = 0 for i = 1, 3e7 do n = n + i end return "done"', 0);
    await taken(1);
    await bridge.stop();
    expect(await events.next()).toBeUndefined();
    expect(await slow).toEqual({ status: 200, body: { result: 'done' } });
    await expect(fetch(bridge.url)).rejects.toThrow(TypeError);
  });
});
