/** Tells a CDN over HTTP: POST with {"tags":[…]}, done with any 2xx. On web standards only. */
import type { PurgeHook } from './purge-hook.ts';

export interface HttpPurgeHookOptions {
  readonly purgeUrl: string;
  /** Goes as a bearer token. */
  readonly purgeToken?: string | undefined;
  /** 5 s if absent. */
  readonly timeoutMs?: number | undefined;
}

/** The CDN took the request and did not do it. */
export class PurgeRefusedError extends Error {
  override readonly name = 'PurgeRefusedError';
}

const TIMEOUT_MS = 5_000;

export function createHttpPurgeHook({ purgeUrl, purgeToken, timeoutMs = TIMEOUT_MS }: HttpPurgeHookOptions): PurgeHook {
  const headers = { 'content-type': 'application/json', ...(purgeToken === undefined ? {} : { authorization: `Bearer ${purgeToken}` }) };
  return {
    async purge(tags, signal) {
      const timeout = AbortSignal.timeout(timeoutMs);
      const response = await fetch(purgeUrl, {
        method: 'POST',
        headers,
        body: JSON.stringify({ tags }),
        // Wherever it would lead: the token is for this address.
        redirect: 'manual',
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      });
      await response.body?.cancel();
      if (!response.ok) throw new PurgeRefusedError(`the CDN answered ${response.status}`);
    },
  };
}
