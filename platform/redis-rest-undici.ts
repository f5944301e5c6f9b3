/** A requester for createRestClient on Node: undici's pool costs a fraction of what fetch costs a request. Not for the edge. */
import type { Requester, UpstashRequest, UpstashResponse } from '@upstash/redis/cloudflare';
import { Pool } from 'undici';
import { RestUnavailableError, refusal } from './redis-rest-errors.ts';

export interface UndiciRequesterOptions {
  readonly url: string;
  readonly token: string;
  /** A request takes at most this long; 5,000 if absent. */
  readonly timeoutMs?: number | undefined;
  /** Connections at most; 16 if absent. */
  readonly connections?: number | undefined;
}

function refusalIn(text: string, status: number): string {
  try {
    const body = JSON.parse(text) as { error?: unknown } | null;
    if (typeof body?.error === 'string') return body.error;
  } catch {
    // A proxy's page: its status says enough.
  }
  return `answered with ${status}`;
}

/** Throws RestUnavailableError and RestCommandError; `close` waits for what is under way. */
export function createUndiciRequester({ url, token, timeoutMs = 5000, connections = 16 }: UndiciRequesterOptions): Requester & { close(): Promise<void> } {
  const { origin, pathname } = new URL(url);
  const base = pathname.replace(/\/$/, '');
  const pool = new Pool(origin, { connections });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return {
    async request<Result>({ path = [], body }: UpstashRequest): Promise<UpstashResponse<Result>> {
      const answer = await pool.request({
        path: `${base}/${path.join('/')}`,
        method: 'POST',
        headers,
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(timeoutMs),
      });
      const text = await answer.body.text();
      if (answer.statusCode >= 500) throw new RestUnavailableError(refusalIn(text, answer.statusCode));
      if (answer.statusCode !== 200) throw refusal(refusalIn(text, answer.statusCode));
      try {
        return JSON.parse(text) as UpstashResponse<Result>;
      } catch (cause) {
        throw new RestUnavailableError('the answer is not JSON', { cause });
      }
    },
    close: () => pool.close(),
  };
}
