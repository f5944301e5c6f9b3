/** The bridge as a process of its own: how it starts, how it ends, and what a live bus sees when it is killed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { tenantId } from '../../domain/ids.ts';
import type { Delivered } from '../../platform/live-bus/live-bus.ts';
import { createUpstashLiveBus } from '../../platform/live-bus/upstash-live-bus.ts';
import { readEvents } from '../support/event-reader.ts';
import { haveRedisServer, startOwnRedis, type OwnRedis } from '../support/own-redis.ts';
import { messageOf, range, versions } from './live-bus.suite.ts';

const TOKEN = 'a-token-of-this-test';
const acme = tenantId('acme');

function spawnBridge(env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, ['platform/redis-rest-bridge/main.ts'], {
    env: { PATH: process.env['PATH'] ?? '', BRIDGE_TOKEN: TOKEN, LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
async function urlOf(child: ChildProcess): Promise<string> {
  let text = '';
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk);
    const url = /ready on (\S+)\n/.exec(text)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error(`the bridge ended without its address: ${text}`);
}
async function ended(child: ChildProcess): Promise<{ code: number | null; errors: string }> {
  let errors = '';
  child.stderr?.on('data', (chunk) => (errors += String(chunk)));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, errors };
}

describe.skipIf(!haveRedisServer())("the bridge's process", () => {
  let redis: OwnRedis;
  const children: ChildProcess[] = [];
  const start = async (port: string): Promise<{ child: ChildProcess; url: string }> => {
    const child = spawnBridge({ REDIS_URL: redis.url, BRIDGE_PORT: port });
    children.push(child);
    return { child, url: await urlOf(child) };
  };
  beforeEach(async () => {
    redis = await startOwnRedis();
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await redis.stop();
  });

  test('names every mistake of its configuration and does not start', async () => {
    const { code, errors } = await ended(spawnBridge({ BRIDGE_TOKEN: 'short', BRIDGE_PORT: 'x', REDIS_URL: 'http://nowhere' }));
    expect(code).toBe(1);
    expect(errors).toContain('BRIDGE_TOKEN must have 16 characters or more');
    expect(errors).toContain('BRIDGE_PORT must be a whole number');
    expect(errors).toContain('REDIS_URL must begin with redis://');
  });

  test('says so when its port is taken', async () => {
    const { url } = await start('0');
    const { code, errors } = await ended(spawnBridge({ REDIS_URL: redis.url, BRIDGE_PORT: new URL(url).port }));
    expect(code).toBe(1);
    expect(errors).toContain('EADDRINUSE');
  });

  test('ends by itself on SIGTERM, its streams with it', async () => {
    const { child, url } = await start('0');
    const events = await readEvents(`${url}/subscribe/ch`, { method: 'POST', headers: { authorization: `Bearer ${TOKEN}` } });
    expect(await events.next()).toBe('subscribe,ch,1');
    child.kill('SIGTERM');
    const { code } = await ended(child);
    expect(code).toBe(0);
    expect(await events.next()).toBeUndefined();
  });

  test('may be killed: a live bus goes on with the next one and has missed nothing', async () => {
    const first = await start('0');
    const detour = await start('0');
    const bus = createUpstashLiveBus({ url: first.url, token: TOKEN });
    const publisher = createUpstashLiveBus({ url: detour.url, token: TOKEN });
    const states: string[] = [];
    const seen: Delivered[] = [];
    await bus.subscribe(
      (message) => seen.push(message),
      (state) => states.push(state),
    );
    await publisher.publish([messageOf(acme, 1)]);
    await vi.waitFor(() => expect(versions(seen)).toEqual([1]));
    first.child.kill('SIGKILL');
    await vi.waitFor(() => expect(states).toEqual(['down']), { timeout: 10_000 });
    for (let version = 2; version <= 50; version++) await publisher.publish([messageOf(acme, version)]);
    await start(new URL(first.url).port);
    await vi.waitFor(() => expect(states).toEqual(['down', 'up']), { timeout: 10_000 });
    await publisher.publish([messageOf(acme, 51)]);
    await vi.waitFor(() => expect(versions(seen)).toEqual(range(1, 51)));
    await Promise.all([bus.close(), publisher.close()]);
  });

  test('may stand still without closing anything: a live bus takes it for dead and comes back when it moves', async () => {
    const { child, url } = await start('0');
    const detour = await start('0');
    const bus = createUpstashLiveBus({ url, token: TOKEN, timeoutMs: 1000 });
    const publisher = createUpstashLiveBus({ url: detour.url, token: TOKEN });
    const states: string[] = [];
    const seen: Delivered[] = [];
    await bus.subscribe(
      (message) => seen.push(message),
      (state) => states.push(state),
    );
    child.kill('SIGSTOP');
    await publisher.publish([messageOf(acme, 1)]);
    await vi.waitFor(() => expect(states).toEqual(['down']), { timeout: 10_000 });
    child.kill('SIGCONT');
    await vi.waitFor(() => expect(states).toEqual(['down', 'up']), { timeout: 10_000 });
    expect(versions(seen)).toEqual([1]);
    await Promise.all([bus.close(), publisher.close()]);
  });
});
