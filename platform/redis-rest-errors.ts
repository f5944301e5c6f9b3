/** What can go wrong between us and a Redis that speaks REST. Neither error carries the command: it may hold personal data. */

/** No answer, or none that can be used: network, timeout, 5xx, a proxy's page, a Redis that is loading or full. Whether the command ran is unknown. */
export class RestUnavailableError extends Error {
  override readonly name = 'RestUnavailableError';
}

/** Redis answered and refused. `code` is the first word of its message: ERR, WRONGTYPE, NOSCRIPT, WRONGPASS, … */
export class RestCommandError extends Error {
  override readonly name = 'RestCommandError';
  readonly code: string;
  constructor(message: string) {
    super(message);
    this.code = message.split(' ', 1)[0] ?? '';
  }
}

/** First words of refusals that pass by themselves; UNAVAILABLE is our bridge's own. */
const PASSING = new Set(['UNAVAILABLE', 'LOADING', 'BUSY', 'MASTERDOWN', 'CLUSTERDOWN', 'TRYAGAIN', 'READONLY', 'OOM', 'MISCONF', 'NOREPLICAS']);
const REDIS_ERROR = /^([A-Z][A-Z0-9]*) /;

/** Sorts a refusal's text: a Redis error is known by its form, a word in capitals first. */
export function refusal(text: string): RestUnavailableError | RestCommandError {
  const code = REDIS_ERROR.exec(text)?.[1];
  return code === undefined || PASSING.has(code) ? new RestUnavailableError(text) : new RestCommandError(text);
}

/** Anything that a requester threw, as one of ours. */
export function restError(error: unknown): RestUnavailableError | RestCommandError {
  if (error instanceof RestUnavailableError || error instanceof RestCommandError) return error;
  const reason = error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : 'unknown';
  return new RestUnavailableError(`no answer from Redis over REST: ${reason}`, { cause: error });
}
