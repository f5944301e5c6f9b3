/** The clients that people use, the real packages, against subscriptions that many share: they are told, and told again after they come back. */
import { ApolloClient, gql, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';
import { afterEach, expect, it, vi } from 'vitest';
import { Client as UrqlClient, fetchExchange, subscriptionExchange } from 'urql';
import { WebSocket } from 'ws';
import { scoreLead, SCORES, startWatchedGateway, type WatchedGateway } from '../../support/watching.ts';

let gateway: WatchedGateway;
const leaving: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(leaving.splice(0).map(async (leave) => leave()));
  await gateway.stop();
});

interface Told {
  readonly leadScoreChanged: { readonly cursor: string; readonly lead: { readonly version: number } };
}
/** Begins to follow; calls `told` with the version of the lead in each result. */
type Follow = (token: string, told: (version: number) => void) => Promise<void> | void;

const versionIn = (data: unknown): number => (data as Told).leadScoreChanged.lead.version;
const nothing = (): void => undefined;

const socketClient = (token: string) => {
  const client = createSocketClient({ url: `${gateway.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, connectionParams: { token } });
  leaving.push(() => client.dispose());
  return client;
};

const CLIENTS: Readonly<Record<string, Follow>> = {
  'graphql-sse': (token, told) => {
    const client = createSseClient({ url: `${gateway.url}/graphql`, headers: { authorization: `Bearer ${token}` } });
    leaving.push(() => client.dispose());
    client.subscribe({ query: SCORES }, { next: ({ data }) => told(versionIn(data)), error: nothing, complete: nothing });
  },
  'graphql-ws': (token, told) => {
    socketClient(token).subscribe({ query: SCORES }, { next: ({ data }) => told(versionIn(data)), error: nothing, complete: nothing });
  },
  'Apollo Client over graphql-ws': (token, told) => {
    const client = new ApolloClient({ link: new GraphQLWsLink(socketClient(token)), cache: new InMemoryCache() });
    leaving.push(() => client.stop());
    const subscription = client.subscribe({ query: gql(SCORES) }).subscribe(({ data }) => told(versionIn(data)));
    leaving.push(() => subscription.unsubscribe());
  },
  'urql over graphql-ws': (token, told) => {
    const socket = socketClient(token);
    const forwardSubscription: Parameters<typeof subscriptionExchange>[0]['forwardSubscription'] = ({ query = '', variables }) => ({
      subscribe: (sink) => ({
        unsubscribe: socket.subscribe(
          { query, variables: { ...variables } },
          {
            next: ({ data = null }) => sink.next({ data }),
            error: (error) => sink.error(error),
            complete: () => sink.complete(),
          },
        ),
      }),
    });
    const client = new UrqlClient({ url: gateway.url, preferGetMethod: false, exchanges: [subscriptionExchange({ forwardSubscription })] });
    const subscription = client.subscription(SCORES, {}).subscribe(({ data }) => told(versionIn(data)));
    leaving.push(() => subscription.unsubscribe());
  },
  'urql over event streams': (token, told) => {
    const headers = { authorization: `Bearer ${token}` };
    const client = new UrqlClient({
      url: `${gateway.url}/graphql`,
      preferGetMethod: false,
      fetchOptions: { headers },
      exchanges: [fetchExchange],
      fetchSubscriptions: true,
    });
    const subscription = client.subscription(SCORES, {}).subscribe(({ data }) => told(versionIn(data)));
    leaving.push(() => subscription.unsubscribe());
  },
};

it.each(Object.keys(CLIENTS))('%s is told of each change, in order', async (name) => {
  gateway = await startWatchedGateway();
  const versions: number[] = [];
  await CLIENTS[name]?.(await gateway.token(), (version) => void versions.push(version));
  await vi.waitFor(async () => expect(await gateway.facts('live_members')).toBe(1), { timeout: 10_000 });
  for (let version = 4; version < 24; version += 1) await scoreLead(gateway, 'ada', version);
  // A result is as new as its change, or newer.
  await vi.waitFor(() => expect(versions).toHaveLength(20), { timeout: 10_000 });
  expect(versions.at(-1)).toBe(23);
  expect(versions).toEqual(versions.toSorted((a, b) => a - b));
});
