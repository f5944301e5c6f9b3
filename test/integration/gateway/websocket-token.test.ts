/** A token that is withdrawn while its WebSocket is open: as over HTTP, nothing more is done for whoever shows it. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { KeysUnavailableError, TokenError, type TokenVerifier } from '../../../platform/auth/token-verifier.ts';
import { openConnection, type RawSocket } from '../../support/raw-socket.ts';
import { ACTIVITY, SCORES, startWatchedGateway, type WatchedGateway } from '../../support/watching.ts';

const open: WatchedGateway[] = [];
afterEach(() => Promise.all(open.splice(0).map((gateway) => gateway.stop())));

const WHY = 'the token is signed with a key that we do not know';
const subscribe = (id: string, query: string): object => ({ id, type: 'subscribe', payload: { query } });

/** A connection, and what becomes of its token. */
async function connected(recheckMs = 60_000) {
  const issuer = await startWatchedGateway();
  const verdict: { problem: Error | null } = { problem: null };
  const verifier: TokenVerifier = {
    verify: (token) => (verdict.problem === null ? issuer.verifier.verify(token) : Promise.reject(verdict.problem)),
  };
  const gateway = await startWatchedGateway({ verifier, liveLimits: { recheckMs } });
  open.push(issuer, gateway);
  const socket: RawSocket = await openConnection(gateway.url, await issuer.token());
  return { gateway, socket, verdict };
}

describe('a WebSocket whose token was withdrawn', () => {
  it.each([
    ['a query', '{ viewer { id } }'],
    ['a live subscription', SCORES],
    ['a subscription that Yoga follows', 'subscription { commandUpdated(id: "cmd_1") { id } }'],
  ])('is closed with 4403 where it asks for more: %s', async (_what, query) => {
    const { socket, verdict } = await connected();
    verdict.problem = new TokenError(WHY);
    socket.say(subscribe('1', query));
    expect(await socket.closed).toEqual({ code: 4403, reason: WHY });
    expect(socket.heard().filter(({ type }) => type === 'next')).toEqual([]);
  });

  it('is closed with 4403 once what it follows is ended for that, behind the last words of all of it', async () => {
    const { gateway, socket, verdict } = await connected(50);
    socket.say(subscribe('1', SCORES));
    socket.say(subscribe('2', ACTIVITY));
    await vi.waitFor(async () => expect(await gateway.facts('live_members')).toBe(2));
    verdict.problem = new TokenError(WHY);
    expect(await socket.closed).toMatchObject({ code: 4403 });
    const ended = (id: string): object[] => [{ id, type: 'next', payload: { errors: [{ message: WHY, extensions: { code: 'UNAUTHENTICATED' } }] } }];
    expect(socket.heard()).toEqual(['1', '2'].flatMap((id) => [...ended(id), { id, type: 'complete' }]));
  });
});

it.each([
  ['a query', '{ viewer { id } }'],
  ['a live subscription', SCORES],
])('is told UNAVAILABLE, and stays, where its token cannot be looked at just now: %s', async (_what, query) => {
  const { socket, verdict } = await connected();
  verdict.problem = new KeysUnavailableError('no keys');
  socket.say(subscribe('1', query));
  expect(await socket.hears(1)).toMatchObject([{ id: '1', type: 'error', payload: [{ extensions: { code: 'UNAVAILABLE' } }] }]);
  verdict.problem = null;
  socket.say(subscribe('2', '{ viewer { id } }'));
  expect((await socket.hears(3)).slice(1)).toMatchObject([{ id: '2', type: 'next' }, { type: 'complete' }]);
});
