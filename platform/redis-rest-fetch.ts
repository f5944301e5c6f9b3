/** A requester for createRestClient over the global fetch: for the edge, and wherever few requests are made. One attempt each: writes must not be sent twice. */
import type { UpstashRequest, UpstashResponse } from '@upstash/redis/cloudflare';
import { restAnswer } from './redis-rest-answer.ts';
import type { RestRequester } from './redis-rest-client.ts';

export interface FetchRequesterOptions {
  readonly url: string;
  readonly token: string;
  /** A request takes at most this long; 5,000 if absent. */
  readonly timeoutMs?: number | undefined;
}

/** Throws RestUnavailableError and RestCommandError, and what fetch throws. Opens nothing of its own and needs no closing. */
export function createFetchRequester({ url, token, timeoutMs = 5000 }: FetchRequesterOptions): RestRequester {
  const base = url.replace(/\/$/, '');
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return {
    async request<Result>({ path = [], body }: UpstashRequest): Promise<UpstashResponse<Result>> {
      const answer = await fetch(`${base}/${path.join('/')}`, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(timeoutMs),
      });
      return restAnswer<Result>(answer.status, await answer.text());
    },
    async stream(path, signal) {
      const { status, body } = await fetch(`${base}/${path}`, { method: 'POST', headers: { ...headers, accept: 'text/event-stream' }, signal });
      return { status, body: body ?? new Blob().stream() };
    },
  };
}
