/** The live bus contract over both adapters, and what only the networked one can suffer. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { tenantId } from '../../domain/ids.ts';
import type { Delivered } from '../../platform/live-bus/live-bus.ts';
import { createMemoryLiveBus } from '../../platform/live-bus/memory-live-bus.ts';
import { createUpstashLiveBus } from '../../platform/live-bus/upstash-live-bus.ts';
import { createFetchRequester, type FetchRequesterOptions } from '../../platform/redis-rest-fetch.ts';
import { createUndiciRequester } from '../../platform/redis-rest-undici.ts';
import { startBridge, type Bridge } from '../../platform/redis-rest-bridge/server.ts';
import { silentLogger } from '../../platform/telemetry/logger.ts';
import { haveRedisServer, startOwnRedis, type OwnRedis } from '../support/own-redis.ts';
import { liveBusSuite, messageOf, messagesOf, range, versions } from './live-bus.suite.ts';

const TOKEN = 'a-token-of-this-test';
const KEEP = 1000;
const redisAvailable = haveRedisServer();
const acme = tenantId('acme');
const zeta = tenantId('zeta');

liveBusSuite('memory', true, async () => {
  const bus = createMemoryLiveBus({ keep: KEEP });
  return { bus, other: bus, keep: KEEP, stop: () => bus.close() };
});

const overFetch = { name: 'fetch', requesterFor: (address: FetchRequesterOptions) => ({ ...createFetchRequester(address), close: () => Promise.resolve() }) };
const overUndici = { name: "undici's pool", requesterFor: createUndiciRequester };

for (const { name, requesterFor } of [overFetch, overUndici])
  liveBusSuite(`Redis over REST by ${name}`, redisAvailable, async () => {
    const redis = await startOwnRedis();
    const bridge = await startBridge({ redisUrl: redis.url, token: TOKEN, port: 0 });
    const requester = requesterFor({ url: bridge.url, token: TOKEN });
    const make = () => createUpstashLiveBus({ url: bridge.url, token: TOKEN, keep: KEEP, requester });
    const [bus, other] = [make(), make()];
    return {
      bus,
      other,
      keep: KEEP,
      async stop() {
        await Promise.all([bus.close(), other.close()]);
        await requester.close();
        await bridge.stop();
        await redis.stop();
      },
    };
  });

describe.skipIf(!redisAvailable).each([overFetch, overUndici])('a subscription to the live bus over REST, by $name', ({ requesterFor }) => {
  let redis: OwnRedis;
  let bridge: Bridge;
  const closing: (() => Promise<void>)[] = [];
  const states: string[] = [];
  const gaps: string[] = [];
  const seen: Delivered[] = [];
  const startBridgeOn = (port: number): Promise<Bridge> => startBridge({ redisUrl: redis.url, token: TOKEN, port, drainMs: 0 });
  const makeBus = (url = bridge.url) => {
    const address = { url, token: TOKEN, timeoutMs: 1000 };
    const requester = requesterFor(address);
    const bus = createUpstashLiveBus({ ...address, requester });
    closing.push(
      () => bus.close(),
      () => requester.close(),
    );
    return bus;
  };
  const until = (assertion: () => void): Promise<void> => vi.waitFor(assertion, { timeout: 15_000 });
  beforeEach(async () => {
    states.length = 0;
    gaps.length = 0;
    seen.length = 0;
    redis = await startOwnRedis();
    bridge = await startBridgeOn(0);
  });
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
    await bridge.stop();
    await redis.stop();
  });
  const subscribe = (bus = makeBus()) =>
    bus.subscribe(
      (message) => seen.push(message),
      (state) => states.push(state),
      (tenant) => gaps.push(tenant),
    );
  const ofTenant = (tenant: string): number[] => versions(seen.filter((message) => message.tenant === tenant));

  test('goes on trying where its stream is refused, says why, and nothing else breaks', async () => {
    const [right, wrong] = [TOKEN, 'not the one of the bridge'].map((token) => requesterFor({ url: bridge.url, token }));
    const reasons: unknown[] = [];
    const bus = createUpstashLiveBus({
      url: bridge.url,
      token: TOKEN,
      requester: right && wrong && { ...right, stream: (path, signal) => wrong.stream(path, signal) },
      logger: { ...silentLogger, warn: (fields) => void reasons.push('reason' in fields && fields.reason) },
    });
    closing.push(
      () => bus.close(),
      async () => void (await Promise.all([right?.close(), wrong?.close()])),
    );
    await subscribe(bus);
    await until(() => expect(reasons.length).toBeGreaterThan(2));
    expect(states).toEqual(['down']);
    expect(new Set(reasons)).toEqual(new Set(['subscribing was answered with 401']));
  });

  test('gets what was published while its bridge was away, once and in order, new tenants included', async () => {
    await makeBus().publish(messagesOf(acme, 1, 3));
    await subscribe();
    await makeBus().publish([messageOf(acme, 4)]);
    await until(() => expect(ofTenant('acme')).toEqual([4]));
    const port = Number(new URL(bridge.url).port);
    await bridge.stop();
    await until(() => expect(states).toEqual(['down']));
    const detour = await startBridgeOn(0);
    const publisher = makeBus(detour.url);
    await publisher.publish([...messagesOf(acme, 5, 900), ...messagesOf(zeta, 1, 2)]);
    bridge = await startBridgeOn(port);
    await until(() => expect(states).toEqual(['down', 'up']));
    await publisher.publish([messageOf(acme, 901), messageOf(zeta, 3)]);
    await until(() => expect(ofTenant('acme')).toEqual(range(4, 901)));
    await until(() => expect(ofTenant('zeta')).toEqual([1, 2, 3]));
    expect(gaps).toEqual([]);
    await detour.stop();
  });

  test('misses nothing and repeats nothing while its bridge restarts again and again under load', async () => {
    await subscribe();
    const port = Number(new URL(bridge.url).port);
    const detour = await startBridgeOn(0);
    const publisher = makeBus(detour.url);
    let version = 0;
    const publishing = (async () => {
      while (states.filter((state) => state === 'up').length < 3) await publisher.publish([messageOf(acme, ++version), messageOf(zeta, version)]);
    })();
    for (let round = 1; round <= 3; round++) {
      await bridge.stop();
      await until(() => expect(states.filter((state) => state === 'down')).toHaveLength(round));
      bridge = await startBridgeOn(port);
      await until(() => expect(states.filter((state) => state === 'up')).toHaveLength(round));
    }
    await publishing;
    // Longer than the bounded log keeps could not be caught up; the rounds are much shorter than that.
    await until(() => expect(ofTenant('acme').at(-1)).toBe(version));
    expect(ofTenant('acme')).toEqual(range(1, version));
    await until(() => expect(ofTenant('zeta')).toEqual(range(1, version)));
    await detour.stop();
  });

  test('notices that everything behind an open stream stands still, and comes back when it moves again', async () => {
    await subscribe();
    const publisher = makeBus();
    redis.freeze();
    await until(() => expect(states).toEqual(['down']));
    redis.thaw();
    await until(() => expect(states).toEqual(['down', 'up']));
    await publisher.publish([messageOf(acme, 1)]);
    await until(() => expect(ofTenant('acme')).toEqual([1]));
  });

  test('is silent for less than a second while it lives, and without an end while news may be missing', async () => {
    const subscription = await subscribe();
    let [longestMs, lastMs, signs] = [0, 0, 0];
    await until(() => {
      const silentMs = subscription.silentMs();
      if (silentMs < lastMs) signs += 1;
      [longestMs, lastMs] = [Math.max(longestMs, silentMs), silentMs];
      expect(signs).toBeGreaterThanOrEqual(5);
    });
    expect(longestMs).toBeLessThan(1_000);
    await bridge.stop();
    await until(() => expect(states).toEqual(['down']));
    expect(subscription.silentMs()).toBe(Infinity);
    bridge = await startBridgeOn(Number(new URL(bridge.url).port));
    await until(() => expect(subscription.silentMs()).toBeLessThan(1_000));
  });

  test('proves that it lives when it is asked to', async () => {
    const quiet = await startBridge({ redisUrl: redis.url, token: TOKEN, port: 0, keepAliveMs: 60_000 });
    const subscription = await subscribe(makeBus(quiet.url));
    await until(() => expect(subscription.silentMs()).toBeGreaterThan(300));
    subscription.prove();
    await until(() => expect(subscription.silentMs()).toBeLessThan(300));
    await quiet.stop();
  });

  test('survives a Redis that comes back empty, and says whose news are missing', async () => {
    await makeBus().publish(messagesOf(acme, 1, 2));
    await subscribe();
    await redis.restart();
    await until(() => expect(states).toEqual(['down', 'up']));
    expect(gaps).toEqual(['acme']);
    await makeBus().publish([messageOf(acme, 3)]);
    await until(() => expect(ofTenant('acme')).toEqual([3]));
  });

  test('begins although nobody is there yet, and says so', async () => {
    const port = Number(new URL(bridge.url).port);
    await bridge.stop();
    const bus = makeBus();
    await subscribe(bus);
    expect(states).toEqual(['down']);
    await expect(bus.publish([messageOf(acme, 1)])).rejects.toThrow('no answer from Redis');
    await expect(bus.check()).rejects.toThrow('no answer from Redis');
    bridge = await startBridgeOn(port);
    await until(() => expect(states).toEqual(['down', 'up']));
    await bus.publish([messageOf(acme, 2)]);
    await until(() => expect(ofTenant('acme')).toEqual([2]));
  });

  test('that began while nobody was there says whose news may be missing: others were read meanwhile', async () => {
    const port = Number(new URL(bridge.url).port);
    const detour = await startBridgeOn(0);
    const publisher = makeBus(detour.url);
    await publisher.publish([messageOf(acme, 1)]);
    await bridge.stop();
    await subscribe();
    // Somebody is told by the log where the news stand, and waits for what comes behind that.
    expect(await publisher.latest(acme)).not.toBe('');
    await publisher.publish([messageOf(acme, 2), messageOf(zeta, 1)]);
    bridge = await startBridgeOn(port);
    await until(() => expect(states).toEqual(['down', 'up']));
    expect(gaps.toSorted()).toEqual(['acme', 'zeta']);
    await publisher.publish([messageOf(acme, 3)]);
    await until(() => expect(ofTenant('acme')).toEqual([3]));
    await detour.stop();
  });

  test('leaves no connection behind when it is stopped, up or down', async () => {
    const subscription = await subscribe();
    await subscription.stop();
    await vi.waitFor(async () => expect(await (await fetch(`${bridge.url}/metrics`)).text()).toContain('lead_intelligence_bridge_subscribers 0'));
    const second = await subscribe();
    await bridge.stop();
    await until(() => expect(states).toEqual(['down']));
    await second.stop();
  });
});
