/** From the SDK's errors to our kinds of failure. Rules: the Messages API's documentation of errors, and domain.md "Score by AI". */
import { APIConnectionError, APIError } from '@anthropic-ai/sdk';
import { AiFailure } from '../ai-failure.ts';

const MESSAGE_CHARS_MAX = 200;
/** A longer wait than this is a spent budget by another name. */
const RETRY_AFTER_MS_MAX = 3_600_000;

/** Milliseconds from a retry-after header (seconds or an HTTP date); undefined where there is none that can be read. */
export function retryAfterMs(header: string | null | undefined, nowMs: number): number | undefined {
  if (!header?.trim()) return undefined;
  const seconds = Number(header);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - nowMs;
  return Number.isFinite(wait) ? Math.min(Math.max(wait, 0), RETRY_AFTER_MS_MAX) : undefined;
}

/** What the operators are told: the service's own words, shortened. They never hold what we sent. */
function describe(error: APIError): string {
  const words = error.apiMessage ?? error.type ?? 'no explanation';
  return `HTTP ${error.status ?? '?'}${error.type ? ` ${error.type}` : ''}: ${words.slice(0, MESSAGE_CHARS_MAX)}`;
}

function limited(error: APIError, nowMs: number): AiFailure {
  const wait = retryAfterMs(error.headers?.get('retry-after'), nowMs);
  const spent = wait === undefined || (error.errorCode?.endsWith('spend_limit_reached') ?? false);
  const details = { status: error.status, cause: error };
  return spent ? new AiFailure('SPENT', describe(error), details) : new AiFailure('LIMITED', describe(error), { ...details, retryAfterMs: wait });
}

/** Sorts an error of a call. `nowMs` is for headers that name a date. */
export function toAiFailure(error: unknown, nowMs: number): AiFailure {
  if (error instanceof AiFailure) return error;
  if (error instanceof APIConnectionError) return new AiFailure('UNAVAILABLE', `no connection: ${error.message}`, { cause: error });
  if (!(error instanceof APIError))
    return new AiFailure('INVALID_ANSWER', `unreadable answer: ${error instanceof Error ? error.name : typeof error}`, { cause: error });
  const { status } = error;
  if (status === 402) return new AiFailure('SPENT', describe(error), { status, cause: error });
  if (status === 429) return limited(error, nowMs);
  if (status === undefined || status >= 500 || status === 408) return new AiFailure('UNAVAILABLE', describe(error), { status, cause: error });
  return new AiFailure('REFUSED', describe(error), { status, cause: error });
}
