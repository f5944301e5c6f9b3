/** Who may use the bridge: whoever holds the token, as a bearer or as `_token` in the query. */
import { createHash, timingSafeEqual } from 'node:crypto';

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Compares digests, so that neither the time nor the length tells anything about the token. */
export function createAuth(token: string): (authorization: string | undefined, query: URLSearchParams) => boolean {
  const expected = sha256(token);
  return (authorization, query) => {
    const given = authorization === undefined ? query.get('_token') : /^Bearer (.+)$/i.exec(authorization)?.[1];
    return typeof given === 'string' && timingSafeEqual(sha256(given), expected);
  };
}
