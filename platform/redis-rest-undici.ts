/** A requester for createRestClient on Node: undici's pool costs a fraction of what fetch costs a request. Not for the edge. */
import type { UpstashRequest, UpstashResponse } from '@upstash/redis/cloudflare';
import { Pool } from 'undici';
import { restAnswer } from './redis-rest-answer.ts';
import type { RestRequester } from './redis-rest-client.ts';
import { withTimeLimit } from './time-limit.ts';

export interface UndiciRequesterOptions {
  readonly url: string;
  readonly token: string;
  /** A request takes at most this long; 5,000 if absent. */
  readonly timeoutMs?: number | undefined;
  /** Connections at most, besides those of streams; 16 if absent. */
  readonly connections?: number | undefined;
}

/** Throws RestUnavailableError and RestCommandError; `close` waits for what is under way, streams too. */
export function createUndiciRequester({ url, token, timeoutMs = 5000, connections = 16 }: UndiciRequesterOptions): RestRequester & { close(): Promise<void> } {
  const { origin, pathname } = new URL(url);
  const base = pathname.replace(/\/$/, '');
  const pool = new Pool(origin, { connections });
  // Each takes a connection for itself, for as long as it lasts.
  const streams = new Pool(origin);
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
    async stream(path, signal) {
      const accepting = { ...headers, accept: 'text/event-stream' };
      // A stream may be silent for as long as it likes: whoever follows it knows better.
      const answer = await streams.request({ path: `${base}/${path}`, method: 'POST', headers: accepting, bodyTimeout: 0, signal });
      return { status: answer.statusCode, body: answer.body };
    },
    async close() {
      await Promise.all([pool.close(), streams.close()]);
    },
  };
}
