/** A cache that many share, which does what RFC 9111 lets it do, before a gateway of the product. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { tenantId, type TenantId } from '../../../domain/ids.ts';
import { createHttpPurgeHook } from '../../../platform/cdn/http-purge-hook.ts';
import { createConsistencyTokens } from '../../../resolvers/consistency-token.ts';
import { serveApp } from '../../../gateway/node/serve-app.ts';
import { createSharedCaches } from '../../../gateway/cdn/shared-caches.ts';
import { createHealth } from '../../../gateway/health.ts';
import { silentLogger } from '../../../platform/telemetry/logger.ts';
import { aHome, homeId } from '../../support/a-home.ts';
import { aLead } from '../../support/a-lead.ts';
import { appOver } from '../../support/app-over.ts';
import { ACME, createBrokerage, RIVAL } from '../../support/brokerage.ts';
import { startKeptGateway, type KeptGateway } from '../../support/kept-gateway.ts';
import { startSharedCache, type SharedCache } from '../../support/shared-cache.ts';

const TOKEN = 'the CDN lets us';
const HOME = `{ property(id: "${homeId('a')}") { id price version } }`;
const HOMES = '{ properties(first: 10) { edges { node { id price version } } } }';
const CHEAP = '{ properties(first: 10, filter: { zip: "98103" }) { edges { node { id price version } } } }';
const SHARED = 'public, max-age=0, s-maxage=60, must-revalidate';
const VARY = 'authorization, accept, accept-encoding, x-consistency-token';
const addressOf = (query: string): string => `/graphql?query=${encodeURIComponent(query)}`;

describe('a cache that many share', () => {
  let cache: SharedCache;
  let gateway: KeptGateway;
  beforeEach(async () => {
    cache = await startSharedCache(TOKEN);
    const purgeHook = createHttpPurgeHook({ purgeUrl: cache.purgeUrl, purgeToken: TOKEN });
    gateway = await startKeptGateway(undefined, { purgeHook });
    cache.origin = gateway.url;
    await gateway.brokerage.put(aHome('a'), aHome('b', { externalId: 'b' }), aHome('a', { tenant: RIVAL, priceMinor: 99_900 }), aLead({ name: 'ada' }));
    await untilItKeeps();
  });
  afterEach(async () => {
    await gateway.stop();
    await cache.stop();
  });

  const get = async (query: string, headers: Record<string, string> = {}): Promise<{ how: string | null; text: string; headers: Headers; status: number }> => {
    const response = await fetch(`${cache.url}${addressOf(query)}`, { headers: { authorization: await gateway.authorization(), ...headers } });
    return { how: response.headers.get('x-cache'), text: await response.text(), headers: response.headers, status: response.status };
  };
  const untilItKeeps = (): Promise<void> =>
    vi.waitFor(async () => {
      await gateway.ask(CHEAP);
      const { calls } = await gateway.ask(CHEAP);
      expect(calls).toEqual([]);
    });
  /** As the projector does it. */
  const change = async (name: string, version: number, priceMinor: number, tenant: TenantId = ACME): Promise<void> => {
    const home = aHome(name, { version, priceMinor, tenant, externalId: name });
    await gateway.brokerage.put(home);
    await gateway.brokerage.publish({ tenant, kind: 'property', id: home.id, version });
  };

  const untilShown = (tenant: TenantId, price: string): Promise<void> =>
    vi.waitFor(async () => expect((await get(HOME, { authorization: await gateway.authorization({ tenant }) })).text).toContain(price));

  it('gives the same person the same homes again, without the gateway, and asks it again once its time is up', async () => {
    const first = await get(HOME);
    expect([first.how, first.headers.get('cache-control'), first.headers.get('vary')]).toEqual(['MISS', SHARED, VARY]);
    expect(first.headers.get('cache-tag')).toMatch(/^[0-9a-f]{16}(,[0-9a-f]{16})+$/);
    cache.aheadSeconds = 59;
    expect(await get(HOME)).toMatchObject({ how: 'HIT', text: first.text });
    cache.aheadSeconds = 60;
    expect(await get(HOME)).toMatchObject({ how: 'SAME', text: first.text });
    expect(await get(HOME)).toMatchObject({ how: 'HIT', text: first.text });
  });

  it('gives nobody what another person was given: not of another tenant, nor in another form', async () => {
    const own = await get(HOME);
    const rival = { authorization: await gateway.authorization({ tenant: RIVAL, subject: 'ann' }) };
    expect(await get(HOME, rival)).toMatchObject({ how: 'MISS', text: own.text.replace('400000.00', '999.00') });
    expect(await get(HOME, { authorization: await gateway.authorization({ subject: 'ben' }) })).toMatchObject({ how: 'MISS', text: own.text });
    expect((await get(HOME, { authorization: 'Bearer nonsense' })).status).toBe(401);
    const other = await get(HOME, { accept: 'application/graphql-response+json' });
    expect([other.how, other.headers.get('content-type')]).toEqual(['MISS', 'application/graphql-response+json; charset=utf-8']);
    expect(await get(HOME, rival)).toMatchObject({ how: 'HIT', text: own.text.replace('400000.00', '999.00') });
  });

  it.each([
    ['a lead', '{ leads(first: 3) { edges { node { id } } } }', 200],
    ['the person', '{ viewer { id } }', 200],
    ['homes beside the person', `{ viewer { id } property(id: "${homeId('a')}") { id } }`, 200],
    ['why a home was withdrawn', `{ property(id: "${homeId('a')}") { withdrawnReason } }`, 200],
    ['an answer with an error', '{ properties(first: 1000) { edges { cursor } } }', 200],
    ['what is no query', '{ shoeSize }', 400],
    ['a mutation', 'mutation { withdrawProperty(input: { propertyId: "a" }) { id } }', 405],
  ])('holds nothing of %s', async (_what, query, status) => {
    for (let n = 0; n < 2; n += 1) {
      const answer = await get(query, { accept: 'application/graphql-response+json' });
      expect([answer.how, answer.headers.get('cache-control'), answer.status]).toEqual(['MISS', 'private, no-store', status]);
    }
    expect(cache.size()).toBe(0);
  });

  it('neither holds nor gives what was asked for with a consistency token', async () => {
    const tokens = createConsistencyTokens(gateway.brokerage.ports.tokenSecret);
    const token = await tokens.sign(ACME, { streamId: homeId('a'), version: 1 });
    await get(HOME);
    for (let n = 0; n < 2; n += 1) {
      const answer = await get(HOME, { 'x-consistency-token': token });
      expect([answer.how, answer.headers.get('cache-control')]).toEqual(['MISS', 'private, no-store']);
    }
    expect(cache.size()).toBe(1);
  });

  it('holds nothing of what was asked for by POST', async () => {
    const { headers } = await gateway.ask(HOME);
    expect(headers.get('cache-control')).toBe('private, no-store');
    expect(headers.get('cache-tag')).toBeNull();
  });

  it('forgets what a change touches, and keeps the rest', async () => {
    const rival = { authorization: await gateway.authorization({ tenant: RIVAL }) };
    const other = `{ property(id: "${homeId('b')}") { id price } }`;
    for (const query of [HOME, HOMES, other]) await get(query);
    await get(HOME, rival);
    await change('a', 2, 30_000_000);
    await vi.waitFor(() => expect(cache.size()).toBe(2));
    expect(await get(HOME)).toMatchObject({ how: 'MISS', text: expect.stringContaining('"300000.00"') });
    expect(await get(HOMES)).toMatchObject({ how: 'MISS', text: expect.stringContaining('"300000.00"') });
    expect([(await get(other)).how, (await get(HOME, rival)).how]).toEqual(['HIT', 'HIT']);
  });

  it('forgets that there was nothing when it comes', async () => {
    const query = `{ property(id: "${homeId('new')}") { price } }`;
    expect((await get(query)).text).toBe('{"data":{"property":null}}');
    expect((await get(query)).how).toBe('HIT');
    await change('new', 1, 10_000);
    await vi.waitFor(async () => expect((await get(query)).text).toContain('"100.00"'));
  });

  it('is told nothing of changes of what it was never given', async () => {
    for (const query of [HOME, HOMES]) await gateway.ask(query);
    await change('a', 2, 30_000_000);
    await get(HOME);
    await change('b', 2, 30_000_000);
    await change('a', 3, 30_000_000);
    await vi.waitFor(() => expect(cache.purges).toHaveLength(1));
    expect(await gateway.metrics()).toContain('lead_intelligence_cdn_purged_tags_total 1');
  });

  it('has each name once more a while later: an answer from before the change may have come behind it', async () => {
    const held = await get(HOME);
    await change('a', 2, 30_000_000);
    await vi.waitFor(() => expect(cache.purges).toHaveLength(2), { timeout: 5_000 });
    expect(cache.purges[1]).toEqual(cache.purges[0]);
    expect(held.headers.get('cache-tag')?.split(',')).toContain(cache.purges[0]?.[0]);
  });

  it('holds nothing for longer than the token is good', async () => {
    const headers = { authorization: await gateway.authorization({}, 3_600) };
    const expiresAtMs = Date.parse(String((await (await gateway.post('{"query":"{ viewer { expiresAt } }"}', headers)).json()).data.viewer.expiresAt));
    gateway.brokerage.now = new Date(expiresAtMs - 10_500);
    const last = await get(HOME, headers);
    expect(last.headers.get('cache-control')).toBe('public, max-age=0, s-maxage=10, must-revalidate');
    gateway.brokerage.now = new Date(expiresAtMs - 500);
    expect((await get(HOMES, headers)).headers.get('cache-control')).toBe('private, no-cache');
  });

  it('is given nothing more while it cannot be told to forget', async () => {
    await get(HOME);
    const { origin } = cache;
    await cache.stop();
    await change('a', 2, 30_000_000);
    await vi.waitFor(async () => expect(await gateway.metrics()).toMatch(/cdn_purges_total\{outcome="failed"\} \d/));
    const straight = await fetch(`${origin}${addressOf(HOME)}`, { headers: { authorization: await gateway.authorization() } });
    expect([straight.headers.get('cache-control'), straight.headers.get('cache-tag')]).toEqual(['private, no-cache', null]);
  });

  it('forgets what a gateway gave that stops: nobody would tell of its changes', async () => {
    for (const query of [HOME, HOMES]) await get(query);
    await get(HOME, { authorization: await gateway.authorization({ tenant: RIVAL }) });
    expect(cache.size()).toBe(3);
    await gateway.stop();
    expect(cache.size()).toBe(0);
  });

  it('never gives a tenant what is another’s, nor long what has changed, whoever asks what in which order', async () => {
    const tenants = [ACME, RIVAL, tenantId('third')];
    const versions = new Map(tenants.map((tenant) => [tenant, 2]));
    const priceOf = (tenant: TenantId): string => `${tenants.indexOf(tenant) + 1}000${versions.get(tenant)}.00`;
    const write = (tenant: TenantId): Promise<void> => change('a', versions.get(tenant) ?? 0, Number(priceOf(tenant)) * 100, tenant);
    for (const tenant of tenants) await write(tenant);
    const random = randomOf(7);
    const hits = { HIT: 0, MISS: 0, SAME: 0 };
    for (let step = 0; step < 400; step += 1) {
      const tenant = tenants[random(3)] ?? ACME;
      if (random(20) === 0) {
        versions.set(tenant, (versions.get(tenant) ?? 0) + 1);
        await write(tenant);
        await untilShown(tenant, priceOf(tenant));
      }
      const authorization = await gateway.authorization({ tenant, subject: `p${random(3)}`, roles: [random(2) === 0 ? 'AGENT' : 'ADMIN'] });
      const { how, text } = await get([HOME, HOMES, CHEAP][random(3)] ?? HOME, { authorization });
      const prices = [...text.matchAll(/"id":"prop_a","price":"([\d.]+)"/g)].map(([, price = '']) => price);
      expect(prices.map((price) => price[0])).toEqual([String(tenants.indexOf(tenant) + 1)]);
      hits[how as keyof typeof hits] += 1;
    }
    expect(hits.HIT).toBeGreaterThan(100);
    expect(hits.MISS).toBeGreaterThan(50);
  });
});

describe('without a CDN that can be told to forget', () => {
  it('homes are the browser’s to hold, which asks each time, and nobody’s else', async () => {
    const gateway = await startKeptGateway();
    await gateway.brokerage.put(aHome('a'));
    await vi.waitFor(async () => expect((await gateway.get(HOME)).headers.get('cache-control')).toBe('private, no-cache'));
    const { headers } = await gateway.get(HOME);
    expect([headers.get('vary'), headers.get('cache-tag')]).toEqual([VARY, null]);
    const same = await gateway.get(HOME, { 'if-none-match': headers.get('etag') ?? '' });
    expect([same.status, same.headers.get('cache-control'), same.headers.get('vary')]).toEqual([304, 'private, no-cache', VARY]);
    await gateway.stop();
  });
});

describe('both entries, node:http and Request', () => {
  it('say the same to caches, also with 304', async () => {
    const brokerage = createBrokerage();
    await brokerage.put(aHome('a'), aLead({ name: 'ada' }));
    const { ports, shared } = brokerage;
    const verifier = { verify: async () => ({ tenant: ACME, subject: 'ann', roles: ['AGENT'] as const, expiresAtMs: Date.parse('2100-01-01') }) };
    const told: string[] = [];
    const sharedCaches = createSharedCaches({
      hook: { purge: async (tags) => void told.push(...tags) },
      epochs: shared.changes.epochs,
      key: 'a key',
      logger: silentLogger,
    });
    const app = appOver(ports, shared, { verifier, caching: { changes: shared.changes, isTrusted: () => true, sharedCaches } });
    const health = createHealth({}, ports.clock);
    const served = await serveApp({ app, verifier, clock: ports.clock, logger: silentLogger, health, host: '127.0.0.1', port: 0 });
    const names = ['etag', 'cache-control', 'vary', 'cache-tag', 'content-type'];
    const said = ({ status, headers }: Response): readonly (string | number | null)[] => [status, ...names.map((name) => headers.get(name))];
    for (const query of [
      HOME,
      HOMES,
      '{ leads { edges { node { name } } } }',
      '{ viewer { id } }',
      '{ shoeSize }',
      '{ properties(first: 0) { edges { cursor } } }',
    ]) {
      const headers = { authorization: 'Bearer token', accept: 'application/json', 'accept-encoding': 'identity' };
      const byRequest = async (more = {}): Promise<Response> =>
        app.fetch(new Request(`http://gateway${addressOf(query)}`, { headers: { ...headers, ...more } }), {});
      const byNode = async (more = {}): Promise<Response> => fetch(`${served.url}${addressOf(query)}`, { headers: { ...headers, ...more } });
      const first = said(await byNode());
      expect(said(await byRequest())).toEqual(first);
      const known = { 'if-none-match': String(first[1] ?? 'none') };
      expect(said(await byRequest(known))).toEqual(said(await byNode(known)));
    }
    await served.stop();
    await sharedCaches.stop();
    expect(told).toHaveLength(1);
  });
});

/** Numbers below `max`, the same each time. */
function randomOf(seed: number): (max: number) => number {
  let state = seed;
  return (max) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * max);
  };
}
