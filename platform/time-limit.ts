/** Requests that may not take for ever. Edge safe. */

/**
 * The request's answer; `request` gets a signal that aborts after `timeoutMs` with a TimeoutError. Unlike AbortSignal.timeout nothing is left of it once it
 * is answered: that keeps every signal, and what listens to it, until its time is up, and aborts it then.
 */
export async function withTimeLimit<T>(timeoutMs: number, request: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new DOMException(`no answer within ${timeoutMs} ms`, 'TimeoutError')), timeoutMs);
  try {
    return await request(limit.signal);
  } finally {
    clearTimeout(timer);
  }
}
