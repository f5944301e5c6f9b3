/** Many watchers of one gateway: who asks the same shares one execution; nobody misses anything, and nobody is in anybody's way. */
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { createClient, type Client } from 'graphql-ws';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { KeysUnavailableError, TokenError } from '../../../platform/auth/token-verifier.ts';
import { systemClock, type Clock } from '../../../platform/clock.ts';
import { createBrokerage, RIVAL } from '../../support/brokerage.ts';
import {
  ACTIVITY,
  CHANGES,
  LARGE_ACTIVITY,
  LARGE_SCORES,
  scoreLead,
  SCORES,
  startWatchedGateway,
  watch,
  type WatchedGateway,
  type Watcher,
} from '../../support/watching.ts';

const open: WatchedGateway[] = [];
const start = async (...options: Parameters<typeof startWatchedGateway>): Promise<WatchedGateway> => {
  const gateway = await startWatchedGateway(...options);
  open.push(gateway);
  return gateway;
};
const clients: Client[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) void client.dispose();
  await Promise.all(open.splice(0).map((gateway) => gateway.stop()));
});

const WAIT = { timeout: 10_000 };
const SMALL = { waitingBytesMax: 20_000, heldMax: 20, slowMs: 60_000 };
const versionsOf = (watcher: Watcher): unknown[] => watcher.news().map(({ version, lead }) => version ?? (lead as { version: number }).version);

const leadsIn = (watcher: Watcher) => watcher.news().map(({ lead }) => lead as { id: string; version: number });

async function overSocket(gateway: WatchedGateway, query: string, variables: Record<string, unknown> = {}, token?: string) {
  const client = createClient({
    url: `${gateway.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { token: token ?? (await gateway.token()) },
    retryAttempts: 0,
    lazy: true,
  });
  clients.push(client);
  const told: unknown[] = [];
  let closed = 0;
  client.on('closed', (event) => void (closed = (event as CloseEvent).code));
  const ended = new Promise<unknown>((resolve) => {
    client.subscribe({ query, variables }, { next: (result) => void told.push(result), error: resolve, complete: () => resolve('complete') });
  });
  return { told, ended, closeCode: () => closed, leave: () => void client.dispose() };
}

describe('watchers who ask the same', () => {
  it('share one execution of each change, over SSE and WebSocket alike', async () => {
    const gateway = await start();
    const watchers = await Promise.all(Array.from({ length: 20 }, () => gateway.watch(SCORES)));
    const sockets = await Promise.all(Array.from({ length: 5 }, () => overSocket(gateway, SCORES)));
    await vi.waitFor(async () => expect(await gateway.facts('live_members')).toBe(25), WAIT);
    expect(await gateway.facts('live_groups')).toBe(1);
    await scoreLead(gateway, 'ada', 4);
    for (const watcher of watchers) await vi.waitFor(() => expect(versionsOf(watcher)).toEqual([4]), WAIT);
    const [first] = watchers;
    for (const { told } of sockets) await vi.waitFor(() => expect(told).toEqual(first?.told()), WAIT);
    expect([await gateway.facts('live_results_made_total'), await gateway.facts('live_results_delivered_total')]).toEqual([1, 25]);
  });

  it('of different changes share one execution of those that both want', async () => {
    const gateway = await start();
    const filters = [{ minScore: 10 }, { minScore: 20 }, { leadIds: ['lead_ada'] }, { minScore: 90 }];
    const watchers = await Promise.all(filters.map((filter) => gateway.watch(SCORES, { filter })));
    await vi.waitFor(async () => expect(await gateway.facts('live_groups')).toBe(4), WAIT);
    await scoreLead(gateway, 'ada', 4, 60);
    await vi.waitFor(() => expect(watchers.map(versionsOf)).toEqual([[4], [4], [4], []]), WAIT);
    await scoreLead(gateway, 'ada', 5, 95);
    await vi.waitFor(() => expect(watchers.map(versionsOf)).toEqual([[4, 5], [4, 5], [4, 5], [5]]), WAIT);
    expect(watchers[1]?.told()).toEqual(watchers[0]?.told());
    expect([await gateway.facts('live_results_made_total'), await gateway.facts('live_results_delivered_total')]).toEqual([2, 7]);
  });

  it('are each shown what they asked for, where variables decide what that is', async () => {
    const gateway = await start();
    const query = `subscription Names($filter: LeadScoreFilter, $named: Boolean!) {
      leadScoreChanged(filter: $filter) { lead { id lastName @include(if: $named) } }
    }`;
    const asked = [10, 20].flatMap((minScore) => [true, false].map((named) => ({ filter: { minScore }, named })));
    const watchers = await Promise.all(asked.map((variables) => gateway.watch(query, variables)));
    await scoreLead(gateway, 'ada', 4, 60);
    for (const watcher of watchers) await vi.waitFor(() => expect(watcher.told()).toHaveLength(1), WAIT);
    const named = { data: { leadScoreChanged: { lead: { id: 'lead_ada', lastName: expect.any(String) as string } } } };
    const nameless = { data: { leadScoreChanged: { lead: { id: 'lead_ada' } } } };
    expect(watchers.map((watcher) => watcher.told())).toEqual([[named], [nameless], [named], [nameless]]);
    expect(await gateway.facts('live_results_made_total')).toBe(2);
  });

  it('are told in the form of the standard, each result with its cursor as its id', async () => {
    const gateway = await start();
    const watcher = await gateway.watch(SCORES);
    expect(watcher.headers).toMatchObject({ 'content-type': 'text/event-stream', 'x-request-id': expect.any(String) });
    await scoreLead(gateway, 'ada', 4);
    await vi.waitFor(() => expect(watcher.news()).toHaveLength(1), WAIT);
    const [{ cursor } = { cursor: '' }] = watcher.news();
    expect(watcher.text()).toContain(`event: next\ndata: {"data":{"leadScoreChanged":{"cursor":"${cursor}"`);
    expect(watcher.lastId()).toBe(cursor);
  });

  it('of what GraphQL itself has to answer are told the same as everybody', async () => {
    const gateway = await start();
    const node = 'subscription { activity { id node { __typename id ... on Lead { version } } } }';
    const watcher = await gateway.watch(node);
    await vi.waitFor(async () => expect(await gateway.facts('live_members')).toBe(1), WAIT);
    await scoreLead(gateway, 'ada', 4);
    const expected = { data: { activity: { id: 'lead_ada', node: { __typename: 'Lead', id: 'lead_ada', version: 4 } } } };
    await vi.waitFor(() => expect(watcher.told()).toEqual([expected]), WAIT);
  });

  it('are not troubled by messages that are for others: those wake only groups that want them', async () => {
    const gateway = await start();
    const wanting = await gateway.watch(SCORES, { filter: { leadIds: ['lead_ada'] } });
    const others = [{ leadIds: ['lead_bob'] }, { agentId: 'agent_2' }, { tiers: ['HOT'] }, { minScore: 90 }];
    const idle = await Promise.all(others.map((filter) => gateway.watch(SCORES, { filter })));
    await scoreLead(gateway, 'ada', 4, 60);
    await vi.waitFor(() => expect(versionsOf(wanting)).toEqual([4]), WAIT);
    expect(idle.flatMap((watcher) => watcher.news())).toEqual([]);
    expect(await gateway.facts('live_results_made_total')).toBe(1);
  });

  it('of another tenant are told nothing', async () => {
    const gateway = await start();
    const rival = await watch({ url: gateway.url, token: await gateway.token({ tenant: RIVAL }), query: ACTIVITY, variables: {} });
    const ours = await gateway.watch(ACTIVITY);
    await scoreLead(gateway, 'ada', 4);
    await vi.waitFor(() => expect(ours.news()).toHaveLength(1), WAIT);
    await delay(50);
    expect(rival.news()).toEqual([]);
  });

  it('are let go of when they leave, over either transport', async () => {
    const gateway = await start();
    const watcher = await gateway.watch(SCORES);
    const socket = await overSocket(gateway, SCORES);
    await vi.waitFor(async () => expect(await gateway.facts('live_members')).toBe(2), WAIT);
    watcher.leave();
    socket.leave();
    await vi.waitFor(async () => expect([await gateway.facts('live_members'), await gateway.facts('live_groups')]).toEqual([0, 0]), WAIT);
    expect(await gateway.facts('graphql_subscriptions_open')).toBe(0);
  });
});

describe('a watcher that comes back', () => {
  it('is told exactly what it missed, and then what is new, while changes go on', { timeout: 60_000 }, async () => {
    const gateway = await start();
    let version = 3;
    const done = new AbortController();
    const changes = (async () => {
      while (!done.signal.aborted) {
        await scoreLead(gateway, 'ada', (version += 1));
        if (version % 7 === 0) await delay(1);
      }
    })();
    const patient = await gateway.watch(CHANGES, { id: 'lead_ada' });
    const seen: unknown[] = [];
    let after: string | undefined;
    for (let time = 0; time < 40; time += 1) {
      const watcher: Watcher = await gateway.watch(CHANGES, { id: 'lead_ada' }, { lastEventId: after });
      await delay(Math.random() * 30);
      watcher.leave();
      await watcher.ended;
      seen.push(...versionsOf(watcher));
      after = watcher.lastId() ?? after;
    }
    done.abort();
    await changes;
    const last = await gateway.watch(CHANGES, { id: 'lead_ada' }, { lastEventId: after });
    await vi.waitFor(() => expect([...seen, ...versionsOf(last)].at(-1)).toBe(version), WAIT);
    seen.push(...versionsOf(last));
    const from = Number(seen[0]);
    expect(seen).toEqual(Array.from({ length: version - from + 1 }, (_, at) => from + at));
    await vi.waitFor(() => expect(versionsOf(patient).at(-1)).toBe(version), WAIT);
    expect(versionsOf(patient)).toEqual(Array.from({ length: versionsOf(patient).length }, (_, at) => version - versionsOf(patient).length + 1 + at));
  });

  it('with a cursor in its argument shares the group of those without one', async () => {
    const gateway = await start();
    const first = await gateway.watch(SCORES);
    await scoreLead(gateway, 'ada', 4);
    await scoreLead(gateway, 'ada', 5);
    await vi.waitFor(() => expect(first.news()).toHaveLength(2), WAIT);
    const second = await gateway.watch(SCORES, { after: first.news()[0]?.cursor });
    await vi.waitFor(() => expect(versionsOf(second)).toEqual([5]), WAIT);
    await scoreLead(gateway, 'ada', 6);
    await vi.waitFor(() => expect(versionsOf(second)).toEqual([5, 6]), WAIT);
    expect(await gateway.facts('live_groups')).toBe(1);
    // The past was made already, for the first one.
    expect(await gateway.facts('live_results_made_total')).toBe(3);
  });

  it('is told to reload where the log no longer has what it missed', async () => {
    const gateway = await start();
    await scoreLead(gateway, 'ada', 4);
    const watcher = await gateway.watch(SCORES, {}, { lastEventId: '000000000000001-0000000001' });
    await watcher.ended;
    expect(watcher.told()).toMatchObject([{ errors: [{ extensions: { code: 'RELOAD_REQUIRED', cursor: expect.stringMatching(/^\d{15}-\d{10}$/) } }] }]);
    expect(watcher.text()).toContain('event: complete');
  });
});

describe('a watcher that stops reading', { timeout: 60_000 }, () => {
  /** More than the buffers of a connection hold. */
  const MANY = 12_000;
  const fill = async (gateway: WatchedGateway): Promise<void> => {
    for (let n = 0; n < MANY; n += 1) {
      await scoreLead(gateway, `lead${n % 10}`, 10 + n);
      if (n % 50 === 0) await delay(1);
    }
  };

  it('skips to the newest score of each lead, and is told that once it reads on', async () => {
    const gateway = await start({ liveLimits: SMALL });
    const [stalled, reading] = [await gateway.watch(LARGE_SCORES), await gateway.watch(LARGE_SCORES)];
    stalled.pause();
    await fill(gateway);
    await vi.waitFor(() => expect(leadsIn(reading).at(-1)?.version).toBe(MANY + 9), WAIT);
    stalled.resume();
    await vi.waitFor(() => expect(leadsIn(stalled).at(-1)?.version).toBe(MANY + 9), WAIT);
    expect(leadsIn(reading)).toHaveLength(MANY);
    expect(leadsIn(stalled).length).toBeLessThan(MANY);
    const newest = new Map(leadsIn(stalled).map(({ id, version }) => [id, version]));
    expect([...newest.values()].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 10 }, (_, at) => MANY + at));
    for (const lead of newest.keys()) {
      const versions = leadsIn(stalled).flatMap(({ id, version }) => (id === lead ? [version] : []));
      expect(versions, `${lead} went back`).toEqual(versions.toSorted((a, b) => a - b));
    }
  });

  it('is ended with its cursor where each change counts, and costs the others nothing', async () => {
    const gateway = await start({ liveLimits: SMALL });
    const [stalled, reading] = [await gateway.watch(LARGE_ACTIVITY), await gateway.watch(LARGE_ACTIVITY)];
    stalled.pause();
    await fill(gateway);
    await vi.waitFor(() => expect(reading.news()).toHaveLength(MANY), WAIT);
    expect(await gateway.facts('live_ended_total{reason="slow"}')).toBe(1);
  });

  it('is told, once it reads on, where it was ended', async () => {
    const gateway = await start({ liveLimits: SMALL });
    const stalled = await gateway.watch(LARGE_ACTIVITY);
    stalled.pause();
    await fill(gateway);
    stalled.resume();
    await stalled.ended;
    const versions = versionsOf(stalled);
    expect(versions).toEqual(Array.from({ length: versions.length }, (_, at) => 10 + at));
    expect(stalled.told().at(-1)).toMatchObject({ errors: [{ extensions: { code: 'RESUME_REQUIRED', cursor: stalled.lastId() } }] });
  });

  it('is ended where it never reads again', async () => {
    const gateway = await start({ liveLimits: { ...SMALL, slowMs: 500 } });
    const stalled = await gateway.watch(LARGE_SCORES);
    stalled.pause();
    await fill(gateway);
    await vi.waitFor(async () => expect(await gateway.facts('live_ended_total{reason="slow"}')).toBe(1), WAIT);
    expect(await gateway.facts('live_members')).toBe(0);
  });
});

describe.runIf(process.platform === 'linux')('a watcher for whom the system takes everything', { timeout: 60_000 }, () => {
  it('is known to read nothing before much of it waits there', async () => {
    const untakenLimits = { everyMs: 5, againMs: 5, inAllBytes: -1, eachBytes: -1, manyBytes: 50_000 };
    const gateway = await start({ liveLimits: SMALL, untakenLimits });
    const stalled = await gateway.watch(LARGE_ACTIVITY);
    stalled.pause();
    for (let version = 10; (await gateway.facts('live_members')) > 0; version += 10) {
      for (let more = 0; more < 10; more += 1) await scoreLead(gateway, 'ada', version + more);
    }
    expect(await gateway.facts('live_ended_total{reason="slow"}')).toBe(1);
    stalled.resume();
    await stalled.ended;
    expect(stalled.text().length).toBeLessThan(1_500_000);
    expect(stalled.told().at(-1)).toMatchObject({ errors: [{ extensions: { code: 'RESUME_REQUIRED', cursor: stalled.lastId() } }] });
  });
});

describe('a WebSocket that is not read', { timeout: 60_000 }, () => {
  it('is closed once what it follows was ended, however often it says that it lives', async () => {
    const gateway = await start({ liveLimits: SMALL });
    const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const closed = once(socket, 'close');
    // How it is cut off is the system's to say.
    socket.on('error', () => undefined);
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'connection_init', payload: { token: await gateway.token() } }));
    await once(socket, 'message');
    socket.send(JSON.stringify({ id: 'a', type: 'subscribe', payload: { query: LARGE_ACTIVITY } }));
    await vi.waitFor(async () => expect(await gateway.facts('live_members')).toBe(1), WAIT);
    socket.pause();
    const living = setInterval(() => socket.pong(), 200);
    socket.once('close', () => clearInterval(living));
    for (let version = 10; (await gateway.facts('live_members')) > 0; version += 100) {
      for (let more = 0; more < 100; more += 1) await scoreLead(gateway, 'ada', version + more);
    }
    expect(await gateway.facts('live_ended_total{reason="slow"}')).toBe(1);
    expect(await closed).toEqual([1006, expect.anything()]);
  });
});

describe('the life of a subscription', () => {
  it('ends with its token, and says so', async () => {
    const gateway = await start();
    const token = await gateway.token({}, 2);
    const [watcher, socket] = [await gateway.watch(SCORES, {}, { token }), await overSocket(gateway, SCORES, {}, token)];
    await watcher.ended;
    expect(watcher.told()).toMatchObject([{ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] }]);
    expect(await socket.ended).toBe('complete');
    expect(socket.told).toMatchObject([{ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] }]);
  });

  it('ends where its token is withdrawn, and nobody else’s with it', async () => {
    const withdrawn = new Set<string>();
    const issuer = await start();
    const { verifier } = issuer;
    const looks = { failing: false };
    const gateway = await start({
      verifier: {
        verify(token) {
          if (looks.failing) return Promise.reject(new KeysUnavailableError('no keys'));
          return withdrawn.has(token) ? Promise.reject(new TokenError('the token is signed with a key that we do not know')) : verifier.verify(token);
        },
      },
      liveLimits: { recheckMs: 50 },
    });
    const [token, another] = [await issuer.token(), await issuer.token({ subject: 'another' })];
    const watchers = await Promise.all([token, token, another].map((shown) => gateway.watch(SCORES, {}, { token: shown })));
    const socket = await overSocket(gateway, SCORES, {}, token);
    await vi.waitFor(async () => expect(await gateway.facts('live_members')).toBe(4), WAIT);
    // Keys that cannot be had say nothing of a token.
    looks.failing = true;
    await delay(200);
    expect(await gateway.facts('live_members')).toBe(4);
    looks.failing = false;
    withdrawn.add(token);
    await Promise.all([watchers[0]?.ended, watchers[1]?.ended, socket.ended]);
    expect(watchers[0]?.told()).toMatchObject([
      { errors: [{ message: expect.stringContaining('a key that we do not know'), extensions: { code: 'UNAUTHENTICATED' } }] },
    ]);
    expect(socket.told).toMatchObject([{ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] }]);
    await scoreLead(gateway, 'ada', 4);
    await vi.waitFor(() => expect(watchers[2]?.news()).toHaveLength(1), WAIT);
    expect(await gateway.facts('live_ended_total{reason="withdrawn"}')).toBe(3);
  });

  it('begins with a token in the address, where a browser can send no header', async () => {
    const gateway = await start();
    const address = new URL('/graphql', gateway.url);
    address.search = new URLSearchParams({ query: 'subscription { activity { id } }', access_token: await gateway.token() }).toString();
    const leaving = new AbortController();
    const response = await fetch(address, { headers: { accept: 'text/event-stream' }, signal: leaving.signal });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    leaving.abort();
    // And there alone.
    address.search = new URLSearchParams({ query: '{ viewer { id } }', access_token: await gateway.token() }).toString();
    expect((await fetch(address)).status).toBe(401);
  });

  it('has no place beyond so many of one person, and of one tenant', async () => {
    const gateway = await start({ liveLimits: { perUserMax: 2, perTenantMax: 3 } });
    const other = await gateway.token({ subject: 'another' });
    await gateway.watch(SCORES);
    const second = await gateway.watch(SCORES);
    const third = await gateway.watch(SCORES);
    expect([third.status, third.headers['retry-after']]).toEqual([429, '30']);
    await third.ended;
    expect(JSON.parse(third.text())).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED', retryAfter: 30 } }] });
    expect((await gateway.watch(SCORES, {}, { token: other })).status).toBe(200);
    expect((await gateway.watch(SCORES, {}, { token: other })).status).toBe(429);
    const socket = await overSocket(gateway, SCORES, {}, other);
    expect(await socket.ended).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
    second.leave();
    await vi.waitFor(async () => expect((await gateway.watch(SCORES, {}, { token: other })).status).toBe(200), WAIT);
  });

  it('begins in its turn where many come at once', async () => {
    const gateway = await start({ liveLimits: { perSecond: 50 } });
    const startedMs = performance.now();
    await Promise.all(Array.from({ length: 30 }, () => gateway.watch(SCORES)));
    expect(performance.now() - startedMs).toBeGreaterThan(400);
  });

  it('is told what could not be told before, when it comes back behind what it knows', async () => {
    const gateway = await start();
    const { brokerage } = gateway;
    const stays = await gateway.watch(CHANGES, { id: 'lead_ada' });
    await scoreLead(gateway, 'ada', 4);
    await vi.waitFor(() => expect(versionsOf(stays)).toEqual([4]), WAIT);
    const cursor = stays.lastId();
    Object.assign(brokerage.outages, { readModels: true, origin: true });
    await scoreLead(gateway, 'ada', 5);
    await vi.waitFor(() => expect(stays.told().at(-1)).toMatchObject({ errors: [{ extensions: { code: 'UNAVAILABLE' } }] }), WAIT);
    Object.assign(brokerage.outages, { readModels: false, origin: false });
    const returns = await gateway.watch(CHANGES, { id: 'lead_ada', after: cursor });
    await vi.waitFor(() => expect(versionsOf(returns)).toEqual([5]), WAIT);
  });

  it('begins at once where the clock of the day was set back meanwhile', async () => {
    let aheadMs = 10 * 60_000;
    const clock: Clock = { ...systemClock, now: () => new Date(Date.now() + aheadMs) };
    const gateway = await start({ ports: { ...createBrokerage().ports, clock } });
    expect((await gateway.watch(SCORES)).status).toBe(200);
    aheadMs = 0;
    expect((await gateway.watch(SCORES)).status).toBe(200);
  });

  it('goes wrong only for itself where its arguments make no sense', async () => {
    const gateway = await start();
    const watcher = await gateway.watch(CHANGES, { id: 'nonsense' });
    await watcher.ended;
    expect(watcher.told()).toMatchObject([{ errors: [{ extensions: { code: 'BAD_USER_INPUT', field: 'id' } }] }]);
  });

  it('refuses a second one with the id of another on one socket', async () => {
    const gateway = await start();
    const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const code = new Promise<number>((resolve) => void socket.once('close', resolve));
    const subscribe = JSON.stringify({ id: '1', type: 'subscribe', payload: { query: SCORES } });
    socket.once('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: { token: 'see below' } })));
    expect(await code).toBe(4403);
    const token = await gateway.token();
    const again = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    again.once('open', () => again.send(JSON.stringify({ type: 'connection_init', payload: { token } })));
    again.once('message', () => [subscribe, subscribe].forEach((text) => again.send(text)));
    expect(await new Promise<number>((resolve) => void again.once('close', resolve))).toBe(4409);
    await vi.waitFor(async () => expect(await gateway.facts('live_members')).toBe(0), WAIT);
  });
});

describe('a gateway that stops', () => {
  it('sends its watchers away one after the other, each with its cursor and a time to come back', async () => {
    const gateway = await start({ liveLimits: { perSecond: 100 }, drainMs: 5_000 });
    const watchers = await Promise.all(Array.from({ length: 60 }, () => gateway.watch(SCORES)));
    const socket = await overSocket(gateway, SCORES);
    await vi.waitFor(async () => expect(await gateway.facts('live_members')).toBe(61), WAIT);
    await scoreLead(gateway, 'ada', 4);
    await vi.waitFor(() => expect(watchers.every((watcher) => watcher.news().length === 1)).toBe(true), WAIT);
    const ends: number[] = [];
    watchers.forEach((watcher) => void watcher.ended.then(() => ends.push(performance.now())));
    await gateway.stop();
    await Promise.all(watchers.map(({ ended }) => ended));
    expect((ends.at(-1) ?? 0) - (ends[0] ?? 0)).toBeGreaterThan(400);
    for (const watcher of watchers) {
      const cursor = watcher.lastId();
      expect(watcher.told().at(-1)).toMatchObject({ errors: [{ extensions: { code: 'RESUME_REQUIRED', cursor, retryAfterMs: expect.any(Number) } }] });
      expect(watcher.text()).toMatch(/^retry: \d+$/m);
    }
    expect(await socket.ended).toBe('complete');
    await vi.waitFor(() => expect(socket.closeCode()).toBe(1012), WAIT);
  });

  it('sends no more of them away in a second than it may, however few those are', async () => {
    const gateway = await start({ liveLimits: { perSecond: 30 }, drainMs: 10_000 });
    const watchers = await Promise.all(Array.from({ length: 60 }, () => gateway.watch(SCORES)));
    const ends: number[] = [];
    watchers.forEach((watcher) => void watcher.ended.then(() => ends.push(performance.now())));
    await gateway.stop();
    await Promise.all(watchers.map(({ ended }) => ended));
    expect((ends.at(-1) ?? 0) - (ends[0] ?? 0)).toBeGreaterThan(1_800);
  });
});
