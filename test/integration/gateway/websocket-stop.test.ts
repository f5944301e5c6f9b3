/** A gateway that stops while somebody on the other side says nothing any more: a closed laptop, a lost network. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { startTestGateway } from '../../support/gateway.ts';
import { openConnection } from '../../support/raw-socket.ts';
import { ACTIVITY, SCORES, startWatchedGateway } from '../../support/watching.ts';

const sockets: Socket[] = [];
afterEach(() => sockets.splice(0).forEach((socket) => socket.destroy()));

/** Asks for a WebSocket, reads the answer, and then neither answers anything nor ends its side. */
async function silentAt(port: number, path: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  sockets.push(socket);
  socket.on('error', () => undefined);
  const headers = ['host: 127.0.0.1', 'upgrade: websocket', 'connection: upgrade', 'sec-websocket-version: 13'];
  const asked = [...headers, 'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==', 'sec-websocket-protocol: graphql-transport-ws'];
  socket.write(`GET ${path} HTTP/1.1\r\n${asked.join('\r\n')}\r\n\r\n`);
  const [head] = (await once(socket, 'data')) as [Buffer];
  socket.resume();
  return head.toString('latin1').split('\r\n')[0] ?? '';
}

const DRAIN_MS = 1_000;

it.each([
  ['has a WebSocket', '/graphql', 'HTTP/1.1 101 Switching Protocols'],
  ['was refused one', '/elsewhere', 'HTTP/1.1 404 Not Found'],
])('is not held up for longer than it drains by a peer that %s', async (_what, path, expected) => {
  const gateway = await startTestGateway({ drainMs: DRAIN_MS });
  expect(await silentAt(gateway.port, path)).toBe(expected);
  const startedMs = performance.now();
  await gateway.stop();
  expect(performance.now() - startedMs).toBeLessThan(DRAIN_MS + 1_000);
});

it('lets go of a WebSocket with the first of its subscriptions that it sends away, not only with the last', async () => {
  const gateway = await startWatchedGateway({ drainMs: 10_000, liveLimits: { perSecond: 50 } });
  const clients = await Promise.all(Array.from({ length: 20 }, async () => openConnection(gateway.url, await gateway.token())));
  // All of the first group, and behind them all of the second.
  for (const [id, query] of [
    ['scores', SCORES],
    ['activity', ACTIVITY],
  ] as const) {
    for (const client of clients) client.say({ id, type: 'subscribe', payload: { query } });
  }
  await vi.waitFor(async () => expect(await gateway.facts('live_members')).toBe(40), { timeout: 10_000 });
  let completed = 0;
  let closed = 0;
  let begun = 0;
  let most = 0;
  for (const client of clients) {
    void client.hears(4).then(() => void (completed += 1));
    void client.hears(1).then(() => void (most = Math.max(most, (begun += 1) - closed)));
    void client.closed.then(() => void (closed += 1));
  }
  await gateway.stop();
  for (const client of clients) expect(await client.closed).toMatchObject({ code: 1012 });
  expect([completed, most <= 5]).toEqual([20, true]);
});
