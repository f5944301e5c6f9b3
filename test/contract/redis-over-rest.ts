/** A client for Redis over REST that counts the HTTP requests that it makes. */
import type { Requester } from '@upstash/redis/cloudflare';
import type { RestRedis } from '../../platform/redis-rest-client.ts';
import { createRestClient } from '../../platform/redis-rest-client.ts';

export interface CountingClient {
  readonly client: RestRedis;
  /** HTTP requests since the start. */
  readonly requests: () => number;
}

export function createCountingClient({ url, token }: { readonly url: string; readonly token: string }): CountingClient {
  let requests = 0;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const requester: Requester = {
    request: async ({ path = [], body }) => {
      requests++;
      const response = await fetch([url, ...path].join('/'), { method: 'POST', headers, body: JSON.stringify(body) });
      return (await response.json()) as { error?: string };
    },
  };
  return { client: createRestClient({ url, token, requester }), requests: () => requests };
}
