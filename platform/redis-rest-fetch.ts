/** A requester for createRestClient over the global fetch: for the edge, and wherever few requests are made. One attempt each: writes must not be sent twice. */
import type { Requester, UpstashRequest, UpstashResponse } from '@upstash/redis/cloudflare';
import { restAnswer } from './redis-rest-answer.ts';

export interface FetchRequesterOptions {
  readonly url: string;
  readonly token: string;
  /** A request takes at most this long; 5,000 if absent. */
  readonly timeoutMs?: number | undefined;
}

/** Throws RestUnavailableError and RestCommandError, and what fetch throws. Opens nothing of its own and needs no closing. */
export function createFetchRequester({ url, token, timeoutMs = 5000 }: FetchRequesterOptions): Requester {
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
  };
}
