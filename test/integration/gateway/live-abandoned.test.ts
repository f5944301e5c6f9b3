/** Watchers that are gone, or can have no stream, by the time it is their turn to begin: nothing of them stays. */
import { connect, type Socket } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import type { TokenVerifier } from '../../../platform/auth/token-verifier.ts';
import { SCORES, startWatchedGateway, type WatchedGateway } from '../../support/watching.ts';

const open: WatchedGateway[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  sockets.splice(0).forEach((socket) => socket.destroy());
  await Promise.all(open.splice(0).map((gateway) => gateway.stop()));
});

const WAIT = { timeout: 10_000 };
/** Not shared by anybody: Yoga follows it. */
const ALONE = 'subscription { leadScoreChanged @include(if: true) { cursor } }';

/** A gateway in which few begin in a second, and which counts those that have come. */
async function startSlowly() {
  const issuer = await startWatchedGateway();
  let come = 0;
  const verifier: TokenVerifier = {
    verify(token) {
      come += 1;
      return issuer.verifier.verify(token);
    },
  };
  const gateway = await startWatchedGateway({ verifier, liveLimits: { perSecond: 4 } });
  open.push(issuer, gateway);
  const token = await issuer.token();
  const watch = (query: string) => gateway.watch(query, {}, { token });
  return { gateway, token, watch, come: () => come };
}

/** Asks for event streams one behind the other, on a connection of its own. */
function ask({ port }: WatchedGateway, token: string, times: number): Socket {
  const body = JSON.stringify({ query: SCORES });
  const headers = ['host: 127.0.0.1', 'content-type: application/json', 'accept: text/event-stream', `authorization: Bearer ${token}`];
  const socket = connect(port, '127.0.0.1').resume();
  socket.on('error', () => undefined);
  socket.write(`POST /graphql HTTP/1.1\r\n${headers.join('\r\n')}\r\ncontent-length: ${body.length}\r\n\r\n${body}`.repeat(times));
  sockets.push(socket);
  return socket;
}

/** Turns come in order, and so does what Yoga is asked: behind these two, everything has begun that ever will. */
async function letAllBegin(watch: (query: string) => Promise<{ leave(): void }>): Promise<void> {
  for (const query of [SCORES, ALONE]) (await watch(query)).leave();
}

it('leaves nothing open where it disconnected while it waited for its turn', async () => {
  const { gateway, token, watch, come } = await startSlowly();
  const leaving = Array.from({ length: 3 }, () => ask(gateway, token, 1));
  await vi.waitFor(() => expect(come()).toBe(3), WAIT);
  leaving.forEach((socket) => socket.destroy());
  await letAllBegin(watch);
  await vi.waitFor(async () => expect(await gateway.facts('graphql_subscriptions_open')).toBe(0), WAIT);
});

it('leaves nothing open where it asked behind a stream on the same connection', async () => {
  const { gateway, token, watch, come } = await startSlowly();
  const socket = ask(gateway, token, 4);
  await vi.waitFor(() => expect(come()).toBe(4), WAIT);
  await letAllBegin(watch);
  await vi.waitFor(async () => expect(await gateway.facts('graphql_subscriptions_open')).toBe(1), WAIT);
  socket.destroy();
  await vi.waitFor(async () => expect(await gateway.facts('graphql_subscriptions_open')).toBe(0), WAIT);
});
