/** The life of a connection that is read without node:http: what goes on to it, who is slow, who asks on and on, and how it ends. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPlainConnections, type PlainConnections } from '../../../gateway/node/plain-connections.ts';
import type { Exchange } from '../../../gateway/node/exchange.ts';
import { call, startEchoServers, MARKS, type Caller, type EchoServers } from '../../support/echo-servers.ts';
import { startTestGateway } from '../../support/gateway.ts';

const HEAD = 'host: gateway.example\r\ncontent-type: application/json\r\nauthorization: Bearer x.y.z\r\n';
const asking = (mark: string | number): string => {
  const body = `{"mark":${mark}}`;
  return `POST /graphql HTTP/1.1\r\n${HEAD}content-length: ${body.length}\r\n\r\n${body}`;
};
const marksIn = (heard: string): string[] => [...heard.matchAll(/\\"mark\\":(?:\\")?(\w+)/g)].map(([, mark]) => mark ?? '');

const MANY = 200;
const DRAIN_MS = 5_000;

const callers: Caller[] = [];
const callTo = async (port: number): Promise<Caller> => {
  const caller = await call(port);
  callers.push(caller);
  return caller;
};
afterEach(() => callers.splice(0).forEach(({ socket }) => socket.destroy()));

describe('a connection of plain requests', () => {
  let servers: EchoServers;
  let heads: (string | undefined)[];
  beforeEach(async () => {
    servers = await startEchoServers();
    heads = [];
    // What node:http was given to read.
    servers.plain.server.prependListener('request', (req) => void heads.push(req.url));
  });
  afterEach(() => servers.stop());

  it('is answered in the order of its requests, however long each of them takes', async () => {
    const { socket, answers } = await callTo(servers.plain.port);
    socket.write([MARKS.later, 1, MARKS.later, 2, 3].map(asking).join(''));
    expect(marksIn(await answers(5))).toEqual(['later', '1', 'later', '2', '3']);
    expect(heads).toEqual([]);
  });
  it('is node:http’s with the first request that is for the app, together with what was sent behind it', async () => {
    const { socket, answers, heard } = await callTo(servers.plain.port);
    socket.write(asking(1));
    await answers(1);
    socket.write([asking(2), asking(MARKS.app), asking(3)].join(''));
    await vi.waitFor(() => expect(marksIn(heard())).toEqual(['1', '2', 'app', '3']));
    expect(heads).toEqual(['/graphql', '/graphql']);
  });
  it('may change to a WebSocket', async () => {
    const upgrade = once(servers.plain.server, 'upgrade');
    const { socket, answers } = await callTo(servers.plain.port);
    socket.write(asking(1));
    await answers(1);
    socket.write(`GET /graphql HTTP/1.1\r\nhost: gateway.example\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\nand more`);
    const [req, upgraded, head] = (await upgrade) as [{ readonly url: string }, Socket, Buffer];
    upgraded.destroy();
    expect([req.url, head.toString()]).toEqual(['/graphql', 'and more']);
  });
  it('takes a body that comes in pieces, and leaves it to node:http where they are many', async () => {
    const one = asking(1);
    const { socket, answers } = await callTo(servers.plain.port);
    for (const [from, to] of [
      [0, 40],
      [40, -5],
      [-5, undefined],
    ] as const) {
      socket.write(one.slice(from, to));
      await delay(5);
    }
    await answers(1);
    expect(heads).toEqual([]);
    for (const piece of asking(2).match(/[^]{1,10}/g) ?? []) {
      socket.write(piece);
      await delay(2);
    }
    expect(marksIn(await answers(2))).toEqual(['1', '2']);
    expect(heads).toEqual(['/graphql']);
  });
  it('reads no more of somebody who takes nothing, and goes on where he does', async () => {
    const { socket, answers } = await callTo(servers.plain.port);
    socket.write(asking(MARKS.long));
    await answers(1);
    const bytesEach = socket.bytesRead;
    socket.pause();
    const before = servers.answered();
    // 60 MB of answers: more than the system takes on its own.
    socket.write(Array.from({ length: MANY }, () => asking(MARKS.long)).join(''));
    await vi.waitFor(() => expect(servers.answered()).toBeGreaterThan(before));
    await delay(300);
    expect(servers.answered() - before).toBeLessThan(MANY / 2);
    socket.resume();
    await vi.waitFor(() => expect(socket.bytesRead).toBe(bytesEach * (MANY + 1)), { timeout: 20_000 });
    expect(heads).toEqual([]);
  });
  it('answers what was asked by who has ended his side, and ends its own then', async () => {
    const { socket, heard } = await callTo(servers.plain.port);
    socket.end([MARKS.later, 1, MARKS.later].map(asking).join('') + asking(2).slice(0, -3));
    await once(socket, 'close');
    expect(marksIn(heard())).toEqual(['later', '1', 'later']);
  });
  it('outlives nothing: who breaks off leaves no connection behind', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => callTo(servers.plain.port)));
    all.forEach(({ socket }, index) => socket.write(index % 2 === 0 ? asking(MARKS.later) : asking(1).slice(0, 60)));
    await vi.waitFor(async () => expect(await connectionsOf(servers)).toBe(20));
    all.forEach(({ socket }) => socket.resetAndDestroy());
    await vi.waitFor(async () => expect(await connectionsOf(servers)).toBe(0));
  });
});

describe('at a stop', () => {
  it('an idle connection ends at once, and one that waits for its answer with it', async () => {
    const servers = await startEchoServers();
    const idle = await callTo(servers.plain.port);
    idle.socket.write(asking(1));
    await idle.answers(1);
    const waiting = await callTo(servers.plain.port);
    waiting.socket.write(asking(1));
    await waiting.answers(1);
    // Half of a megabyte stands behind it, and this side stays open.
    const before = servers.answered();
    waiting.socket.write(asking(MARKS.slow) + asking(2).repeat(4_000));
    await vi.waitFor(() => expect(servers.answered()).toBe(before + 1));
    const startedMs = performance.now();
    await servers.stop(DRAIN_MS);
    expect(performance.now() - startedMs).toBeLessThan(DRAIN_MS / 2);
    expect(marksIn(waiting.heard())).toEqual(['1', 'slow']);
    await vi.waitFor(() => expect([idle.socket.closed, waiting.socket.closed]).toEqual([true, true]));
  });
});

describe('a connection on which nothing happens', () => {
  const KEEP_ALIVE_MS = 1_000;
  const LOOK_MS = 100;
  let plain: PlainConnections;
  let server: ReturnType<typeof createServer>;
  let handedOver = 0;
  let asked: Exchange[] = [];
  beforeEach(async () => {
    [handedOver, asked] = [0, []];
    server = createServer((_req, res) => res.end('node'));
    const [nodes] = server.listeners('connection');
    const direct = { take: (exchange: Exchange) => asked.push(exchange) > 0 };
    const handOver = (socket: Socket): void => {
      handedOver += 1;
      nodes?.call(server, socket);
    };
    plain = createPlainConnections({ direct, handOver, isDraining: () => false, keepAliveMs: KEEP_ALIVE_MS, lookMs: LOOK_MS });
    server.removeAllListeners('connection').on('connection', (socket: Socket) => plain.take(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    plain.stop();
    plain.closeAll();
    server.close();
    server.closeAllConnections();
  });
  const caller = (): Promise<Caller> => callTo((server.address() as AddressInfo).port);
  const reply = (): void => asked.shift()?.answer({ status: 200, headers: ['content-length', 2], body: 'ok', textAs: 'latin1', closes: false });

  it('ends after its time, counted from the last answer', async () => {
    const { socket, answers } = await caller();
    socket.write(asking(1));
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    // Nobody counts while an answer is on its way.
    await delay(KEEP_ALIVE_MS * 1.5);
    expect(socket.closed).toBe(false);
    reply();
    await answers(1);
    await once(socket, 'close');
    expect(handedOver).toBe(0);
  });
  it.each([
    ['has asked nothing yet', ''],
    ['has sent a part of a head', 'POST /graphql HTTP/1.1\r\nhost: gate'],
    ['has sent a part of a body', asking(1).slice(0, -3)],
  ])('is watched by node:http, which bounds how long a request may take, where it %s', async (_what, sent) => {
    const { socket, answers } = await caller();
    if (sent !== '') socket.write(sent);
    await vi.waitFor(() => expect(handedOver).toBe(1));
    socket.write(asking(1).slice(sent.length));
    expect(await answers(1)).toContain('node');
  });
  it('is watched by node:http as well where a byte comes now and then', async () => {
    const { socket } = await caller();
    const dripping = setInterval(() => socket.write('x'), LOOK_MS * 0.8);
    socket.write('POST /graphql HTTP/1.1\r\nhost: gate');
    const startedMs = performance.now();
    await vi.waitFor(() => expect(handedOver).toBe(1), { interval: 1 });
    clearInterval(dripping);
    expect(performance.now() - startedMs).toBeLessThan(LOOK_MS * 5);
  });
});

it('subscribes over a connection that has asked before', async () => {
  const gateway = await startTestGateway();
  try {
    const caller = await callTo(gateway.port);
    const head = `host: 127.0.0.1\r\ncontent-type: application/json\r\nauthorization: Bearer ${await gateway.token()}\r\n`;
    const ask = (query: string, accept: string): void => {
      const body = JSON.stringify({ query });
      caller.socket.write(`POST /graphql HTTP/1.1\r\n${head}accept: ${accept}\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    };
    ask('{ whoami }', 'application/json');
    await caller.answers(1);
    ask('subscription { ticks }', 'text/event-stream');
    await vi.waitFor(() => expect(gateway.open()).toBe(1));
    gateway.tick(7);
    await vi.waitFor(() => expect(caller.heard()).toContain('{"data":{"ticks":7}}'));
  } finally {
    await gateway.stop();
  }
});

const connectionsOf = ({ plain: { server } }: EchoServers): Promise<number> =>
  new Promise((resolve, reject) => server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))));
