/** The proxy that faults of tests go through. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

const WAIT = { timeout: 5_000, interval: 5 };
/** Long enough for loopback to have delivered what it would deliver. */
const SILENCE_MS = 100;
let server: Server;
let proxy: TcpProxy;
const clients: Socket[] = [];

beforeEach(async () => {
  server = createServer((socket) => socket.on('error', () => undefined).pipe(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await startTcpProxy({ targetPort: (server.address() as { readonly port: number }).port });
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await proxy.stop();
  server.close();
});

/** An echo through the proxy. */
async function dial() {
  const socket = connect(proxy.port, '127.0.0.1');
  clients.push(socket);
  let [heard, error] = ['', ''];
  socket.setEncoding('utf8').on('data', (text) => (heard += String(text)));
  socket.on('error', (thrown: Error & { code?: string }) => (error = thrown.code ?? thrown.message));
  await once(socket, 'connect');
  return { socket, heard: () => heard, error: () => error };
}

it('passes on what comes, both ways', async () => {
  const { socket, heard } = await dial();
  const long = 'x'.repeat(500_000);
  socket.write(long);
  await vi.waitFor(() => expect(heard()).toHaveLength(long.length), WAIT);
  socket.end();
  await once(socket, 'close');
});

it('cuts connections with a reset and takes new ones', async () => {
  const cut = await dial();
  cut.socket.write('a');
  await vi.waitUntil(() => cut.heard() === 'a', WAIT);
  proxy.reset();
  await vi.waitFor(() => expect(cut.error()).toBe('ECONNRESET'), WAIT);
  const next = await dial();
  next.socket.write('b');
  await vi.waitFor(() => expect(next.heard()).toBe('b'), WAIT);
});

it('is silent as a black hole, for those who come meanwhile too, and delivers all once it is healed', async () => {
  const before = await dial();
  proxy.blackHole();
  const during = await dial();
  before.socket.write('a');
  during.socket.write('b');
  await new Promise((resolve) => setTimeout(resolve, SILENCE_MS));
  expect([before.heard(), during.heard(), before.error(), during.error()]).toEqual(['', '', '', '']);
  proxy.heal();
  await vi.waitUntil(() => before.heard() === 'a' && during.heard() === 'b', WAIT);
});

it('is slow for as long as it is told to be', async () => {
  const { socket, heard } = await dial();
  proxy.slow(SILENCE_MS);
  const startedAtMs = performance.now();
  socket.write('a');
  await vi.waitUntil(() => heard() === 'a', WAIT);
  expect(performance.now() - startedAtMs).toBeGreaterThan(SILENCE_MS);
  proxy.heal();
});

it('keeps the order of what comes while it stops being slow', async () => {
  const { socket, heard } = await dial();
  proxy.slow(SILENCE_MS);
  socket.write('a');
  await new Promise((resolve) => setTimeout(resolve, SILENCE_MS / 2));
  socket.write('b');
  proxy.heal();
  await vi.waitUntil(() => heard().length === 2, WAIT);
  expect(heard()).toBe('ab');
});

it('loses answers, but not what clients send, while it is told to', async () => {
  const arrived: string[] = [];
  server.on('connection', (socket: Socket) => socket.on('data', (data) => arrived.push(String(data))));
  const { socket, heard } = await dial();
  proxy.swallowAnswers();
  socket.write('a');
  await vi.waitUntil(() => arrived.join('') === 'a', WAIT);
  await new Promise((resolve) => setTimeout(resolve, SILENCE_MS));
  proxy.heal();
  socket.write('b');
  await vi.waitUntil(() => heard() !== '', WAIT);
  expect(heard()).toBe('b');
});
