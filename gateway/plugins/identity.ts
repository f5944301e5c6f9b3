/** Nobody gets in without a verified bearer token. No cookie is ever read. */
import type { Plugin } from 'graphql-yoga';
import { TokenError, type TokenVerifier } from '../../platform/auth/token-verifier.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { Identity } from '../../resolvers/context.ts';
import { ApiError } from '../../resolvers/errors.ts';
import { graphqlErrorAnswer } from '../answers.ts';
import { clientErrorOf, STATUS } from '../errors.ts';
import type { ServerContext } from '../request-context.ts';

/** The token behind `Bearer`, or null. */
export function bearerToken(authorization: string | null | undefined): string | null {
  return /^Bearer +([\w.~+/=-]+)$/i.exec(authorization?.trim() ?? '')?.[1] ?? null;
}

/** The person that `Authorization: Bearer …` names. Rejects with ApiError UNAUTHENTICATED, or with KeysUnavailableError. */
export async function identify(verifier: TokenVerifier, authorization: string | null | undefined): Promise<Identity> {
  const token = bearerToken(authorization);
  if (token === null) throw new ApiError('UNAUTHENTICATED', 'send a token in the header "Authorization: Bearer …"');
  try {
    return await verifier.verify(token);
  } catch (error) {
    if (error instanceof TokenError) throw new ApiError('UNAUTHENTICATED', error.message, {}, { cause: error });
    throw error;
  }
}

export function useIdentity(verifier: TokenVerifier, logger: Logger): Plugin<object, ServerContext> {
  return {
    async onRequest(event) {
      const { request, serverContext } = event;
      try {
        serverContext.identity ??= await identify(verifier, request.headers.get('authorization'));
      } catch (error) {
        const answer = clientErrorOf(error, { requestId: serverContext.requestId, logger });
        const status = STATUS[answer.extensions.code] ?? 500;
        event.endResponse(graphqlErrorAnswer(request, status, answer, status === 401 ? { 'www-authenticate': 'Bearer' } : {}));
      }
    },
  };
}
