/** A client of the API over its three transports, by the libraries that clients use. */
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';
import { WebSocket } from 'ws';

export interface ApiError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: { readonly code: string; readonly field?: string };
}
export interface Answer<T> {
  readonly data?: T | null;
  readonly errors?: readonly ApiError[];
}
type Variables = Record<string, unknown>;

export interface Api {
  readonly url: string;
  readonly token: string;
  ask<T>(query: string, variables?: Variables): Promise<Answer<T>>;
  /** The data; throws where there are errors. */
  data<T>(query: string, variables?: Variables): Promise<T>;
  listen<T>(transport: 'SSE' | 'WebSocket', query: string, variables?: Variables): Listening<T>;
}
export interface Listening<T> {
  /** What came until now. Throws where the subscription failed. */
  news(): readonly T[];
  stop(): Promise<void>;
}

export function createApi(url: string, token: string): Api {
  const endpoint = `${url}/graphql`;
  const headers = { authorization: `Bearer ${token}` };

  async function ask<T>(query: string, variables: Variables = {}): Promise<Answer<T>> {
    const body = JSON.stringify({ query, variables });
    const response = await fetch(endpoint, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body });
    return (await response.json()) as Answer<T>;
  }

  return {
    url,
    token,
    ask,
    async data<T>(query: string, variables?: Variables) {
      const { data, errors } = await ask<T>(query, variables);
      if (errors || !data) throw new Error(`the API answered ${JSON.stringify(errors ?? data)}`);
      return data;
    },
    listen(transport, query, variables = {}) {
      if (transport === 'SSE') {
        const client = createSseClient({ url: endpoint, headers, retryAttempts: 0 });
        return collect(client.iterate({ query, variables }), () => client.dispose());
      }
      const client = createSocketClient({ url: endpoint.replace('http', 'ws'), webSocketImpl: WebSocket, connectionParams: headers, retryAttempts: 0 });
      return collect(client.iterate({ query, variables }), () => client.dispose());
    },
  };
}

/** Reads a subscription in the background, so that a test can look at what has come. */
function collect<T>(results: AsyncIterableIterator<{ readonly data?: unknown; readonly errors?: unknown }>, dispose: () => void | Promise<void>): Listening<T> {
  const news: T[] = [];
  let failure: Error | null = null;
  const read = async (): Promise<void> => {
    for await (const { data, errors } of results) {
      if (errors !== undefined) throw new Error(`the subscription said ${JSON.stringify(errors)}`);
      news.push(data as T);
    }
  };
  const ended = read().catch((error: unknown) => {
    failure = error instanceof Error ? error : new Error(`the subscription ended with ${JSON.stringify(error)}`);
  });
  return {
    news() {
      if (failure) throw failure;
      return news;
    },
    async stop() {
      await results.return?.();
      await dispose();
      await ended;
    },
  };
}
