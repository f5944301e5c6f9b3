/** Subscriptions that are not shared, however they are written: Yoga follows them, and they have the same limits and the same end as all others. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { TokenError, type TokenVerifier } from '../../../platform/auth/token-verifier.ts';
import { openConnection } from '../../support/raw-socket.ts';
import { SCORES, scoreLead, startWatchedGateway, type WatchedGateway } from '../../support/watching.ts';

const open: WatchedGateway[] = [];
const start = async (...options: Parameters<typeof startWatchedGateway>): Promise<WatchedGateway> => {
  const gateway = await startWatchedGateway(...options);
  open.push(gateway);
  return gateway;
};
afterEach(() => Promise.all(open.splice(0).map((gateway) => gateway.stop())));

const WAIT = { timeout: 10_000 };
const ALONE = 'subscription { leadScoreChanged @include(if: true) { cursor } }';
const COMMAND = 'subscription { commandUpdated(id: "cmd_1") { id } }';
const REFUSED = { message: 'one person may have 2 subscriptions at a time', extensions: { code: 'RATE_LIMITED', retryAfter: 30 } };

describe('a subscription that is not shared', () => {
  it('takes one of the places of its person, and gives it back', async () => {
    const gateway = await start({ liveLimits: { perUserMax: 2 } });
    const [first] = [await gateway.watch(ALONE), await gateway.watch(SCORES)];
    for (const query of [ALONE, SCORES, COMMAND]) {
      const refused = await gateway.watch(query);
      expect([query, refused.status, refused.headers['retry-after']]).toEqual([query, 429, '30']);
      await refused.ended;
      expect(refused.text()).toContain(`"message":"${REFUSED.message}"`);
      expect(refused.text()).toContain('"code":"RATE_LIMITED"');
    }
    first.leave();
    await vi.waitFor(async () => expect((await gateway.watch(ALONE)).status).toBe(200), WAIT);
    expect((await gateway.watch(ALONE)).status).toBe(429);
  });

  it('takes one over WebSocket as well, whatever its extensions say', async () => {
    const gateway = await start({ liveLimits: { perUserMax: 2 } });
    const socket = await openConnection(gateway.url, await gateway.token());
    const subscribe = (id: string, query: string, extensions?: object): void => socket.say({ id, type: 'subscribe', payload: { query, extensions } });
    subscribe('1', SCORES, { mine: true });
    subscribe('2', SCORES, { mine: true });
    await vi.waitFor(async () => expect(await gateway.facts('graphql_subscriptions_open')).toBe(2), WAIT);
    for (const [id, query, extensions] of [['3', SCORES, { mine: true }] as const, ['4', SCORES] as const, ['5', COMMAND] as const]) {
      subscribe(id, query, extensions);
      expect((await socket.hears(Number(id) - 2)).at(-1)).toMatchObject({ id, type: 'error', payload: [REFUSED] });
    }
    socket.say({ id: '1', type: 'complete' });
    await vi.waitFor(async () => expect(await gateway.facts('graphql_subscriptions_open')).toBe(1), WAIT);
    subscribe('6', SCORES, { mine: true });
    await vi.waitFor(async () => expect(await gateway.facts('graphql_subscriptions_open')).toBe(2), WAIT);
    socket.leave();
    await vi.waitFor(async () => expect(await gateway.facts('graphql_subscriptions_open')).toBe(0), WAIT);
  });

  it('keeps no place where it has an end of its own, or cannot begin', async () => {
    const gateway = await start({ liveLimits: { perUserMax: 1 } });
    for (const query of [COMMAND, COMMAND, 'subscription { leadChanged(id: "nonsense") @include(if: true) { cursor } }']) {
      const watcher = await gateway.watch(query);
      expect(watcher.status).not.toBe(429);
      await watcher.ended;
    }
    expect((await gateway.watch(ALONE)).status).toBe(200);
  });

  it('is told what it follows all the same', async () => {
    const gateway = await start();
    const watcher = await gateway.watch(ALONE);
    await scoreLead(gateway, 'ada', 4);
    await vi.waitFor(() => expect(watcher.news()).toHaveLength(1), WAIT);
  });

  it('ends where its token is withdrawn, and its WebSocket with it', async () => {
    const issuer = await start();
    let isWithdrawn = false;
    const why = 'the token is signed with a key that we do not know';
    const verifier: TokenVerifier = { verify: (token) => (isWithdrawn ? Promise.reject(new TokenError(why)) : issuer.verifier.verify(token)) };
    const gateway = await start({ verifier, liveLimits: { recheckMs: 50 } });
    const token = await issuer.token();
    const watcher = await gateway.watch(ALONE, {}, { token });
    const socket = await openConnection(gateway.url, token);
    for (const id of ['1', '2']) socket.say({ id, type: 'subscribe', payload: { query: ALONE } });
    await vi.waitFor(async () => expect(await gateway.facts('graphql_subscriptions_open')).toBe(3), WAIT);
    isWithdrawn = true;
    await watcher.ended;
    const last = { errors: [{ message: why, extensions: { code: 'UNAUTHENTICATED' } }] };
    expect(watcher.told()).toEqual([last]);
    expect(await socket.closed).toMatchObject({ code: 4403 });
    expect(socket.heard().filter(({ type }) => type === 'next')).toEqual(['1', '2'].map((id) => ({ id, type: 'next', payload: last })));
  });
});
