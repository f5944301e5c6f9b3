import { createHash } from 'node:crypto';
import { createClient } from 'graphql-ws';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { PERSISTED_DOCUMENTS } from '../../../schema/persisted-documents.ts';
import { aHome } from '../../support/a-home.ts';
import { startKeptGateway, type KeptGateway } from '../../support/kept-gateway.ts';

const [idOfHome = ''] = [...PERSISTED_DOCUMENTS].find(([, text]) => text.startsWith('query Home(')) ?? [];
const [idOfViewer = '', VIEWER = ''] = [...PERSISTED_DOCUMENTS].find(([, text]) => text.startsWith('query Viewer')) ?? [];
const [idOfActivity = ''] = [...PERSISTED_DOCUMENTS].find(([, text]) => text.startsWith('subscription Activity')) ?? [];
const named = (sha256Hash: string) => ({ query: '', extensions: { persistedQuery: { version: 1 as const, sha256Hash } } });

describe('the documents of our clients', () => {
  let gateway: KeptGateway;
  afterEach(() => gateway.stop());
  const start = async (documents: 'any' | 'persisted'): Promise<void> => {
    gateway = await startKeptGateway(undefined, { documents });
    await gateway.brokerage.put(aHome('a', { priceMinor: 40_000_000 }));
  };
  const json = async (response: Promise<Response>): Promise<unknown> => (await response).json();
  /** The first result, or the errors, over WebSocket. */
  async function overSocket(payload: { query: string; extensions?: Record<string, unknown> }): Promise<unknown> {
    const connectionParams = { authorization: await gateway.authorization() };
    const client = createClient({ url: `${gateway.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, connectionParams, retryAttempts: 0 });
    try {
      return await new Promise<unknown>((resolve) => {
        client.subscribe(payload, { next: resolve, error: resolve, complete: () => undefined });
      });
    } finally {
      await client.dispose();
    }
  }

  it.each(['any', 'persisted'] as const)('are answered by their ids, over GET, POST and WebSocket, where %s are', async (answered) => {
    await start(answered);
    const home = { data: { property: expect.objectContaining({ id: 'prop_a', price: '400000.00', __typename: 'Property' }) } };
    const headers = { authorization: await gateway.authorization() };
    const search = new URLSearchParams({ documentId: `sha256:${idOfHome}`, variables: '{"id":"prop_a"}' });
    expect(await json(fetch(`${gateway.url}/graphql?${search}`, { headers }))).toEqual(home);
    const extensions = { persistedQuery: { version: 1, sha256Hash: idOfHome } };
    expect(await json(gateway.post(JSON.stringify({ extensions, variables: { id: 'prop_a' } })))).toEqual(home);
    expect(await overSocket(named(idOfViewer))).toMatchObject({ data: { viewer: { id: 'ann' } } });
    expect(await overSocket({ query: VIEWER })).toMatchObject({ data: { viewer: { id: 'ann' } } });
  });

  it('are the only ones that are answered where nothing else is wanted, on every transport, introspection included', async () => {
    await start('persisted');
    const refused = { errors: [{ extensions: { code: 'PERSISTED_ONLY' } }] };
    for (const query of ['{ viewer { id } }', '{ __schema { queryType { name } } }', 'mutation { addNote(input: { leadId: "a", text: "a" }) { id } }']) {
      expect(await json(gateway.post(JSON.stringify({ query })))).toMatchObject(refused);
      expect(await json(gateway.get(query))).toMatchObject(refused);
      expect(await overSocket({ query })).toMatchObject(refused.errors);
    }
    expect(await overSocket({ query: 'subscription { activity { cursor } }' })).toMatchObject(refused.errors);
    const stream = await gateway.post(JSON.stringify({ query: 'subscription { activity { cursor } }' }), { accept: 'text/event-stream' });
    expect(await stream.text()).toContain('PERSISTED_ONLY');
  });

  it('cannot be added to: an id that is not known says so on every transport', async () => {
    await start('any');
    const unknown = { errors: [{ extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }] };
    const text = '{ agents { id } }';
    const sha256Hash = createHash('sha256').update(text).digest('hex');
    const both = JSON.stringify({ ...named(sha256Hash), query: text });
    expect(await json(gateway.post(JSON.stringify(named(sha256Hash))))).toMatchObject(unknown);
    expect(await json(gateway.post(both))).toEqual({ data: { agents: [] } });
    expect(await json(gateway.post(JSON.stringify(named(sha256Hash))))).toMatchObject(unknown);
    expect(await overSocket(named(sha256Hash))).toMatchObject(unknown.errors);
    expect(await overSocket({ query: text, extensions: { persistedQuery: { version: 1, sha256Hash: idOfHome } } })).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });

  it('are followed by their ids, too', async () => {
    await start('persisted');
    let heard: unknown;
    const news = overSocket(named(idOfActivity)).then((result) => (heard = result));
    // Nobody says when it listens.
    await vi.waitFor(async () => {
      await gateway.brokerage.publish({ id: 'lead_ada', version: 1 });
      expect(heard).toBeDefined();
    });
    expect(await news).toMatchObject({ data: { activity: { id: 'lead_ada' } } });
  });
});
