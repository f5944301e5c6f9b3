import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createClient, type Client } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';

const socketAddress = (gateway: TestGateway): string => gateway.url.replace('http', 'ws') + '/graphql';

/** How a raw connection that says `init` ends, or the first message that it gets. */
function firstWord(
  gateway: TestGateway,
  init: object | null,
  options: { origin?: string } = {},
): Promise<{ code?: number; reason?: string; type?: string; status?: number }> {
  const socket = new WebSocket(socketAddress(gateway), 'graphql-transport-ws', options);
  return new Promise((resolve, reject) => {
    socket.once('open', () => socket.send(JSON.stringify({ type: 'connection_init', ...(init && { payload: init }) })));
    socket.once('message', (data: Buffer) => {
      resolve(JSON.parse(data.toString('utf8')) as { type: string });
      socket.close();
    });
    socket.once('close', (code: number, reason: Buffer) => resolve({ code, reason: reason.toString('utf8') }));
    socket.once('unexpected-response', (_request, response) => resolve({ status: response.statusCode ?? 0 }));
    socket.once('error', reject);
  });
}

/** A lazy client leaves by itself once it has nothing to listen to. */
function clientOf(gateway: TestGateway, token: string, lazy = true): Client {
  return createClient({
    url: socketAddress(gateway),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
    onNonLazyError: () => undefined,
    lazy,
  });
}

async function one(client: Client, query: string): Promise<unknown> {
  for await (const result of client.iterate({ query })) return result;
  return undefined;
}

describe('GraphQL over WebSocket', () => {
  let gateway: TestGateway;
  let client: Client;
  beforeAll(async () => {
    gateway = await startTestGateway();
    client = clientOf(gateway, await gateway.token());
  });
  afterAll(async () => {
    await client.dispose();
    await gateway.stop();
  });

  it('lets a caller in by the payload of connection_init', async () => {
    const token = await gateway.token();
    expect(await firstWord(gateway, { authorization: `Bearer ${token}` })).toEqual({ type: 'connection_ack' });
    expect(await firstWord(gateway, { token })).toEqual({ type: 'connection_ack' });
  });
  it('closes with 4401 where there is no token', async () => {
    expect(await firstWord(gateway, null)).toMatchObject({ code: 4401 });
  });
  it('closes with 4403 where the token is no good', async () => {
    expect(await firstWord(gateway, { authorization: 'Bearer rubbish' })).toEqual({ code: 4403, reason: 'the token is malformed' });
    expect(await firstWord(gateway, { token: await gateway.token({}, -1) })).toEqual({ code: 4403, reason: 'the token has expired' });
  });
  it('refuses pages of other origins, and other paths', async () => {
    expect(await firstWord(gateway, {}, { origin: 'https://evil.example' })).toEqual({ status: 403 });
  });

  it('runs queries with the same identity, limits and masked errors as HTTP', async () => {
    expect(await one(client, '{ whoami }')).toEqual({ data: { whoami: 'demo-admin@demo' } });
    expect(await one(client, '{ fails(with: "bug") }')).toMatchObject({
      data: { fails: null },
      errors: [{ extensions: { code: 'INTERNAL', requestId: expect.any(String) } }],
    });
    await expect(one(client, '{ nothing }')).rejects.toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    await expect(one(client, '{')).rejects.toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    await expect(one(client, `{ ${Array.from({ length: 51 }, (_, i) => `a${i}: whoami`).join(' ')} }`)).rejects.toMatchObject([
      { extensions: { code: 'COST_EXCEEDED' } },
    ]);
  });

  it('delivers a subscription and lets go of it when the client leaves', async () => {
    const subscription = client.iterate({ query: 'subscription { ticks }' });
    const first = subscription.next();
    await vi.waitFor(() => expect(gateway.open()).toBe(1));
    gateway.tick(7);
    expect((await first).value).toEqual({ data: { ticks: 7 } });
    await subscription.return?.();
    await vi.waitFor(() => expect(gateway.open()).toBe(0));
    expect(await openSubscriptions(gateway)).toBe(0);
  });
});

async function openSubscriptions(gateway: TestGateway): Promise<number> {
  const text = await (await fetch(`${gateway.url}/metrics`)).text();
  return Number(/^lead_intelligence_graphql_subscriptions_open (\d+)/m.exec(text)?.[1]);
}

describe('a WebSocket client that asks on and on and never reads', () => {
  const UPGRADE = [
    'GET /graphql HTTP/1.1',
    'Host: x',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Protocol: graphql-transport-ws',
    '',
    '',
  ].join('\r\n');
  const ping = Buffer.from(JSON.stringify({ type: 'ping', payload: { filler: 'x'.repeat(60_000) } }));
  /** A masked text frame. */
  const frame = Buffer.concat([Buffer.from([0x81, 0x80 | 126, ping.length >> 8, ping.length & 255, 0, 0, 0, 0]), ping]);
  const SENT_BYTES_MAX = 100_000_000;

  it('is cut off before its answers fill the memory, signed in or not', async () => {
    const gateway = await startTestGateway();
    const socket = connect(gateway.port, '127.0.0.1');
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.once('error', () => undefined);
    socket.write(UPGRADE);
    let sent = 0;
    const ask = (): void => {
      while (!socket.destroyed && sent < SENT_BYTES_MAX) {
        sent += frame.length;
        if (!socket.write(frame)) return void socket.once('drain', ask);
      }
    };
    ask();
    await closed;
    expect(sent).toBeLessThan(SENT_BYTES_MAX);
    await gateway.stop();
  });
});

describe('upgrades that cannot be', () => {
  const UPGRADE = 'Host: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n';
  const send = (gateway: TestGateway, target: string): Socket =>
    connect(gateway.port, '127.0.0.1').setEncoding('utf8').end(`GET ${target} HTTP/1.1\r\n${UPGRADE}`);

  it.each(['//', 'http://[', '/nothing'])('are refused, whatever they ask for: %s', async (target) => {
    const gateway = await startTestGateway();
    const [answer] = (await once(send(gateway, target), 'data')) as [string];
    expect(answer).toContain('HTTP/1.1 404 Not Found');
    await gateway.stop();
  });

  it('do not end the process when their connection breaks meanwhile', async () => {
    const gateway = await startTestGateway();
    const broken = Array.from({ length: 20 }, async () => {
      const socket = connect(gateway.port, '127.0.0.1');
      await once(socket, 'connect');
      socket.write(`GET /nothing HTTP/1.1\r\n${UPGRADE}`, () => socket.resetAndDestroy());
      await once(socket, 'close');
    });
    await Promise.all(broken);
    expect(await (await gateway.query({ query: '{ whoami }' })).json()).toEqual({ data: { whoami: 'demo-admin@demo' } });
    await gateway.stop();
  });
});

describe('GraphQL over SSE', () => {
  async function subscribe(
    gateway: TestGateway,
    ttlSeconds = 3_600,
  ): Promise<{ response: Response; text: () => string; ended: Promise<unknown>; leave: () => void }> {
    const leaving = new AbortController();
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${await gateway.token({}, ttlSeconds)}` },
      body: JSON.stringify({ query: 'subscription { ticks }' }),
      signal: leaving.signal,
    });
    let text = '';
    const read = async (): Promise<void> => {
      const decoder = new TextDecoder();
      for await (const chunk of response.body ?? new ReadableStream<Uint8Array>()) text += decoder.decode(chunk, { stream: true });
    };
    const ended = read().catch((error: unknown) => error);
    return { response, text: () => text, ended, leave: () => leaving.abort() };
  }

  it('delivers a subscription and lets go of it when the client leaves', async () => {
    const gateway = await startTestGateway();
    const stream = await subscribe(gateway);
    expect(stream.response.headers.get('content-type')).toContain('text/event-stream');
    await vi.waitFor(() => expect(gateway.open()).toBe(1));
    expect(await openSubscriptions(gateway)).toBe(1);
    gateway.tick(3);
    await vi.waitFor(() => expect(stream.text()).toContain('event: next\ndata: {"data":{"ticks":3}}'));
    stream.leave();
    await vi.waitFor(() => expect(gateway.open()).toBe(0));
    await vi.waitFor(async () => expect(await openSubscriptions(gateway)).toBe(0));
    await gateway.stop();
  });

  it('ends a subscription when its token does', async () => {
    const gateway = await startTestGateway();
    const stream = await subscribe(gateway, 2);
    await stream.ended;
    expect(stream.text()).toContain('"code":"UNAUTHENTICATED"');
    expect(stream.text()).toContain('event: complete');
    await vi.waitFor(() => expect(gateway.open()).toBe(0));
    await gateway.stop();
  });

  it('outlives a client that stops reading', async () => {
    const gateway = await startTestGateway();
    const leaving = new AbortController();
    // Its answer is never read: what the connection cannot hold has to wait with the server, or be let go.
    await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${await gateway.token()}` },
      body: JSON.stringify({ query: 'subscription { ticks }' }),
      signal: leaving.signal,
    });
    await vi.waitFor(() => expect(gateway.open()).toBe(1));
    for (let i = 0; i < 20_000; i += 1) gateway.tick(i);
    expect(await (await gateway.query({ query: '{ whoami }' })).json()).toEqual({ data: { whoami: 'demo-admin@demo' } });
    leaving.abort();
    await vi.waitFor(() => expect(gateway.open()).toBe(0), { timeout: 10_000 });
    await gateway.stop();
  });
});

describe('a gateway that stops', () => {
  it('finishes what is in flight, ends subscriptions, tells sockets to go elsewhere and refuses newcomers', async () => {
    let finish: (response: Response) => void = () => undefined;
    const webhook = (): Promise<Response> =>
      new Promise((resolve) => {
        finish = resolve;
      });
    const gateway = await startTestGateway({ webhook });
    const client = clientOf(gateway, await gateway.token(), false);
    const closed = new Promise<number>((resolve) => client.on('closed', (event) => resolve((event as CloseEvent).code)));
    const ticks = client.iterate({ query: 'subscription { ticks }' });
    const first = ticks.next();
    const inFlight = fetch(`${gateway.url}/webhooks/crm`, { method: 'POST', body: '{}' });
    await vi.waitFor(() => expect(gateway.open()).toBe(1));
    await vi.waitFor(() => expect(finish.length).toBe(1));

    const stopped = gateway.stop();
    expect(await first).toMatchObject({ done: true });
    expect(await closed).toBe(1001);
    expect((await gateway.health.readiness()).state).toBe('draining');
    await expect(fetch(`${gateway.url}/healthz`)).rejects.toThrow('fetch failed');
    finish(new Response('done'));
    expect(await (await inFlight).text()).toBe('done');
    await stopped;
  });

  it('waits for nobody longer than it was told to', async () => {
    const gateway = await startTestGateway({ webhook: () => new Promise(() => undefined), drainMs: 100 });
    const hanging = fetch(`${gateway.url}/webhooks/crm`, { method: 'POST', body: '{}' }).catch(() => 'cut off');
    await vi.waitFor(async () => expect(await connections(gateway)).toBeGreaterThan(0));
    await gateway.stop();
    expect(await hanging).toBe('cut off');
  });
});

/** Requests that were begun: the test's own probe is one of them. */
async function connections(gateway: TestGateway): Promise<number> {
  return (await fetch(`${gateway.url}/healthz`)).ok ? 1 : 0;
}
