import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { tenantId } from '../../../domain/ids.ts';
import { createAuth } from '../../../gateway/auth.ts';
import { gatewayConfig } from '../../../gateway/config.ts';
import { startGateway, type RunningGateway } from '../../../gateway/node/start-gateway.ts';
import { systemClock } from '../../../platform/clock.ts';
import { createMemoryLiveBus } from '../../../platform/live-bus/memory-live-bus.ts';
import { createMemoryReadModels } from '../../../platform/read-models/memory-read-models.ts';
import { silentLogger } from '../../../platform/telemetry/logger.ts';
import type { GatewayPorts } from '../../../resolvers/ports.ts';

/** The product's own schema behind the product's own server, on ports in memory. */
describe('a gateway with the real schema', () => {
  let folder: string;
  let gateway: RunningGateway;
  let token: string;
  const liveBus = createMemoryLiveBus();
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'start-gateway-'));
    const ports: GatewayPorts = {
      log: { append: async () => undefined, check: async () => undefined },
      readModels: createMemoryReadModels(),
      liveBus,
      origin: {
        views: async (refs) => refs.map(() => null),
        receipt: async () => null,
        deadLetters: async () => ({ letters: [], endCursor: null, hasNextPage: false }),
        deadLetter: async () => null,
      },
      clock: systemClock,
      logger: silentLogger,
      tokenSecret: 'a secret for tests',
    };
    const auth = await createAuth(gatewayConfig({ DATA_DIR: folder }), systemClock);
    gateway = await startGateway({ ports, ...auth, host: '127.0.0.1', port: 0, processMetrics: false });
    const signedIn = (await (await fetch(`${gateway.url}/dev/token`, { method: 'POST' })).json()) as { token: string };
    token = signedIn.token;
  });
  afterAll(async () => {
    await gateway.stop();
    await rm(folder, { recursive: true });
  });

  const post = async (query: string): Promise<unknown> => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    return await (await fetch(`${gateway.url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) })).json();
  };

  it('knows who asks', async () => {
    expect(await post('{ viewer { id tenant roles } }')).toEqual({ data: { viewer: { id: 'demo-admin', tenant: 'demo', roles: ['ADMIN'] } } });
  });

  it('answers the introspection that tools send', async () => {
    const query = '{ __schema { queryType { fields { name args { name type { ofType { ofType { name } } } } } } } }';
    expect(await post(query)).toMatchObject({
      data: { __schema: { queryType: { fields: expect.arrayContaining([expect.objectContaining({ name: 'leads' })]) } } },
    });
  });

  it('has room for the largest page of leads with their matches', async () => {
    const query = '{ leads(first: 100) { edges { node { id name score { value } matches(first: 10) { edges { node { score property { id } } } } } } } }';
    expect(await post(query)).toEqual({ data: { leads: { edges: [] } } });
  });

  it('says which parts answer', async () => {
    const parts = ['log', 'readModels', 'liveBus'].map((name) => ({ name, ok: true }));
    expect(await (await fetch(`${gateway.url}/readyz`)).json()).toEqual({ ready: true, state: 'ready', parts });
  });

  it('gives the news of a subscription ids over SSE, and goes on behind the one that a client comes back with', async () => {
    const news = (n: number) => ({ tenant: tenantId('demo'), kind: 'lead', id: `lead_${n}`, version: 1, at: '2026-11-23T12:00:00.000Z', events: [] }) as const;
    await liveBus.publish([news(1), news(2)]);
    const listen = async (headers: Record<string, string> = {}) => {
      const url = `${gateway.url}/graphql?query=${encodeURIComponent('subscription { activity(after: "") { id cursor } }')}`;
      const response = await fetch(url, { headers: { accept: 'text/event-stream', authorization: `Bearer ${token}`, ...headers } });
      let text = '';
      const decoder = new TextDecoder();
      for await (const chunk of response.body ?? new ReadableStream<Uint8Array>()) {
        text += decoder.decode(chunk, { stream: true });
        if (text.includes('lead_2') && text.endsWith('\n\n')) break;
      }
      return text;
    };
    const first = await listen();
    const [id = ''] = /(?<=^id: ).+$/m.exec(first) ?? [];
    expect(first).toContain(`data: {"data":{"activity":{"id":"lead_1","cursor":"${id}"}}}\nid: ${id}\n\n`);
    const second = await listen({ 'last-event-id': id });
    expect(second).not.toContain('lead_1');
    expect(second).toContain('lead_2');
  });

  it('speaks WebSocket too', async () => {
    const client = createClient({ url: `${gateway.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, connectionParams: { token } });
    const results = client.iterate({ query: '{ viewer { tenant } }' });
    expect((await results.next()).value).toEqual({ data: { viewer: { tenant: 'demo' } } });
    await client.dispose();
  });
});
