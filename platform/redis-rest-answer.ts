/** What an HTTP answer of a Redis that speaks REST means, whoever fetched it. */
import type { UpstashResponse } from '@upstash/redis/cloudflare';
import { RestUnavailableError, refusal } from './redis-rest-errors.ts';

/** The reply; throws RestUnavailableError or RestCommandError. */
export function restAnswer<Result>(status: number, text: string): UpstashResponse<Result> {
  if (status >= 500) throw new RestUnavailableError(refusalIn(text, status));
  if (status !== 200) throw refusal(refusalIn(text, status));
  try {
    return JSON.parse(text) as UpstashResponse<Result>;
  } catch (cause) {
    throw new RestUnavailableError('the answer is not JSON', { cause });
  }
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
