/** Steps that may not take longer than somebody can wait. */

/** The step goes on, but nobody waits for it any more. */
export class TooLateError extends Error {
  override readonly name = 'TooLateError';
}

/** The step's answer, or a TooLateError after `timeoutMs`. What a step does that is given up must be harmless when it comes late. */
export async function within<T>(timeoutMs: number, step: PromiseLike<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new TooLateError(`no answer within ${timeoutMs} ms`)), timeoutMs);
  try {
    return await Promise.race([step, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
