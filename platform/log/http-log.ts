/**
 * The log behind HTTP, for gateways without TCP: the workers' role `origin` takes records in and answers once the real log has them. Append and check
 * only; reading is for workers. Web-standard APIs only.
 */
import { ORIGIN_LOG_CHECK_PATH, ORIGIN_LOG_PATH, ORIGIN_RECORDS_MAX } from '../origin/paths.ts';
import { givenUp, LogUnavailableError, type Log, type LogRecord, type Patience } from './log.ts';

/** The intake will not take this, now or later: a record that is too large or for no topic of commands, or a token that is not its own. */
export class LogRefusedError extends Error {
  override readonly name = 'LogRefusedError';
}

export interface HttpLogOptions {
  readonly url: string;
  readonly token: string;
  /** One request takes at most this long; default 5,000. */
  readonly timeoutMs?: number;
}

/** Below what the intake reads of one body. */
const REQUEST_BYTES_MAX = 900_000;
const encoder = new TextEncoder();

export function createHttpLog({ url, token, timeoutMs = 5_000 }: HttpLogOptions): Pick<Log, 'append' | 'check'> {
  async function post(path: string, body: string, signal?: Patience): Promise<void> {
    const left = new AbortController();
    const leave = (): void => left.abort();
    signal?.addEventListener('abort', leave, { once: true });
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body,
      signal: AbortSignal.any([left.signal, AbortSignal.timeout(timeoutMs)]),
    })
      .catch((error: unknown) => {
        if (signal?.aborted) throw givenUp();
        throw new LogUnavailableError(`the log's intake did not answer: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      })
      .finally(() => signal?.removeEventListener('abort', leave));
    const text = await response.text().catch(() => '');
    if (response.ok) return;
    const told = `the log's intake answered ${response.status}: ${text.slice(0, 200)}`;
    // Too many requests, and one that took too long to arrive, pass as well.
    const isRefusal = response.status >= 400 && response.status < 500 && response.status !== 408 && response.status !== 429;
    throw isRefusal ? new LogRefusedError(told) : new LogUnavailableError(told);
  }

  return {
    async append(records, { signal } = {}) {
      // One after the other: records of one key keep their order.
      for (const body of bodiesOf(records)) {
        if (signal?.aborted) throw givenUp();
        await post(ORIGIN_LOG_PATH, body, signal);
      }
    },
    check: () => post(ORIGIN_LOG_CHECK_PATH, '{}'),
  };
}

/** Cuts one append where it is larger than a request may be. */
function bodiesOf(records: readonly LogRecord[]): readonly string[] {
  const bodies: string[] = [];
  let texts: string[] = [];
  let bytes = 0;
  const cut = (): void => {
    if (texts.length > 0) bodies.push(`{"records":[${texts.join(',')}]}`);
    texts = [];
    bytes = 0;
  };
  for (const { topic, key, value, headers } of records) {
    const text = JSON.stringify({ topic, key, value, headers });
    const size = encoder.encode(text).length + 1;
    if (size > REQUEST_BYTES_MAX)
      throw new LogRefusedError(`a record of ${size} bytes for ${topic} is larger than the log's intake takes (${REQUEST_BYTES_MAX})`);
    if (bytes + size > REQUEST_BYTES_MAX || texts.length === ORIGIN_RECORDS_MAX) cut();
    texts.push(text);
    bytes += size;
  }
  cut();
  return bodies;
}
