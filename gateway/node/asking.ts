/** What is looked at before a request over HTTP is answered: whether it is for here, who asks, and what it is called. */
import { randomUUID } from 'node:crypto';
import type { TokenVerifier } from '../../platform/auth/token-verifier.ts';
import type { Identity } from '../../resolvers/context.ts';
import { isDirect } from '../direct/http.ts';
import { isCrossOrigin } from '../plugins/cross-origin.ts';
import { bearerToken } from '../plugins/identity.ts';
import { isRequestId } from '../plugins/request-id.ts';
import type { Exchange } from './exchange.ts';

export const PATH = '/graphql';
/** What surely makes an address. */
const PLAIN_HOST = /^[\w.-]+(:\d+)?$/;

type Asked = Pick<Exchange, 'method' | 'url' | 'header'>;

/** True where nothing about its head needs the app. */
export function mayGoDirect(asked: Asked): boolean {
  const { method, url } = asked;
  const header = (name: string): string | null => asked.header(name);
  const host = header('host') ?? '';
  const isPath = method === 'GET' ? url.startsWith(`${PATH}?`) : url === PATH;
  return isPath && PLAIN_HOST.test(host) && isDirect(method, header) && !isCrossOrigin({ get: header }, host);
}

export const isForStream = (asked: Pick<Exchange, 'header'>): boolean => /text\/event-stream/i.test(asked.header('accept') ?? '');

/** Calls back at once where the token is remembered: a promise for each request would be a good part of its cost. Null: nobody we know. */
export function whoAsks(verifier: TokenVerifier, asked: Pick<Exchange, 'header'>, then: (identity: Identity | null) => void): void {
  const authorization = asked.header('authorization') ?? '';
  // As it is nearly always written. What is remembered is a token: that it looks like one need not be seen again.
  const remembered = authorization.startsWith('Bearer ') ? verifier.remembered?.(authorization.slice('Bearer '.length)) : undefined;
  if (remembered !== undefined) return then(remembered);
  const token = bearerToken(authorization);
  if (token === null) return then(null);
  // A copy, since it is kept: as a part of its request's head it would keep all of that. Why a token is no good is told on the other way.
  verifier.verify(Buffer.from(token).toString()).then(then, () => then(null));
}

export function requestIdFor(asked: Pick<Exchange, 'header'>): string {
  const given = asked.header('x-request-id');
  return given !== null && isRequestId(given) ? given : randomUUID();
}
