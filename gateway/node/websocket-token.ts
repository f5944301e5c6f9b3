/** The token of a WebSocket is shown once for all that comes over it, and looked at again for each operation, as that of each request is. */
import { CloseCode } from 'graphql-ws';
import type { TokenVerifier } from '../../platform/auth/token-verifier.ts';
import { isApiError } from '../../resolvers/errors.ts';
import { bearerToken, identify } from '../plugins/identity.ts';
import type { Extra } from './websocket-connection.ts';

/** Rejects as `identify` does; where the token is no good any more the connection is closed as well, for nothing on it is from somebody we know. */
export type TokenLook = (shownOn: Pick<Extra, 'token' | 'socket'>) => Promise<void>;

export function createTokenLook(verifier: TokenVerifier): TokenLook {
  return async ({ token = '', socket }) => {
    if (verifier.remembered?.(token) !== undefined) return;
    try {
      await identify(verifier, `Bearer ${token}`);
    } catch (error) {
      if (isApiError(error)) closeForToken(socket, error.message);
      throw error;
    }
  };
}

/** Clients of this protocol do not come back behind this code with the same token. */
export const closeForToken = (socket: Extra['socket'], why: string): void => socket.close(CloseCode.Forbidden, why);

/** Behind the last words of all that was followed on it, which ends in the same turn. */
export const closeWithdrawn = (socket: Extra['socket']): void => void setImmediate(() => closeForToken(socket, 'the token is no good any more'));

/** Clients send `authorization` as they would in HTTP, or the bare `token`. */
export function authorizationOf(parameters: Readonly<Record<string, unknown>>): string | null {
  const { authorization, Authorization, token } = parameters;
  if (typeof token === 'string') return `Bearer ${token}`;
  const given = authorization ?? Authorization;
  return typeof given === 'string' ? given : null;
}

/** What the connection holds anyway, where it can be: a copy would be a good part of what an idle one costs. */
export function tokenIn(parameters: Readonly<Record<string, unknown>>): string {
  const found = bearerToken(authorizationOf(parameters)) ?? '';
  const { token } = parameters;
  return typeof token === 'string' && token === found ? token : found;
}
