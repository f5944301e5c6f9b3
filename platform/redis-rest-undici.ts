/** A requester for createRestClient on Node: undici's pool costs a fraction of what fetch costs a request. Not for the edge. */
import type { Requester, UpstashRequest, UpstashResponse } from '@upstash/redis/cloudflare';
import { Pool } from 'undici';
import { restAnswer } from './redis-rest-answer.ts';
import { withTimeLimit } from './time-limit.ts';

export interface UndiciRequesterOptions {
  readonly url: string;
  readonly token: string;
  /** A request takes at most this long; 5,000 if absent. */
  readonly timeoutMs?: number | undefined;
  /** Connections at most; 16 if absent. */
  readonly connections?: number | undefined;
}

/** Throws RestUnavailableError and RestCommandError; `close` waits for what is under way. */
export function createUndiciRequester({ url, token, timeoutMs = 5000, connections = 16 }: UndiciRequesterOptions): Requester & { close(): Promise<void> } {
  const { origin, pathname } = new URL(url);
  const base = pathname.replace(/\/$/, '');
  const pool = new Pool(origin, { connections });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return {
    async request<Result>({ path = [], body }: UpstashRequest): Promise<UpstashResponse<Result>> {
      const sent = { path: `${base}/${path.join('/')}`, method: 'POST', headers, body: JSON.stringify(body) } as const;
      const [status, text] = await withTimeLimit(timeoutMs, async (signal) => {
        const answer = await pool.request({ ...sent, signal });
        return [answer.statusCode, await answer.body.text()] as const;
      });
      return restAnswer<Result>(status, text);
    },
    close: () => pool.close(),
  };
}
