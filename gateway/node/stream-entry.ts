/** Subscriptions that many follow, over event streams: straight from node:http to the live fan-out. What is none of those goes on to the app. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TokenVerifier } from '../../platform/auth/token-verifier.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { Identity } from '../../resolvers/context.ts';
import { PRIVATE_HEADERS } from '../direct/get-headers.ts';
import { bodyIn } from '../direct/query-string.ts';
import { clientErrorOf, STATUS, type ErrorScope } from '../errors.ts';
import type { LiveQuestion } from '../live/live-question.ts';
import type { GatewayMetrics } from '../metrics.ts';
import { bearerToken } from '../plugins/identity.ts';
import { isForStream, mayGoDirect, PATH, requestIdFor, whoAsks } from './asking.ts';
import { NodeExchange, type Exchange } from './exchange.ts';
import type { LiveSse } from './live-sse.ts';

export interface StreamEntry {
  /** False, and nothing was read, where the request asks for no stream. Else it reads the body, and streams or calls one of `then` with it. */
  take(req: IncomingMessage, res: ServerResponse, then: NoStream): boolean;
}

/** What becomes of a request for a stream that many cannot share. */
export interface NoStream {
  /** It may go the direct way. */
  readonly ask: (exchange: Exchange, bodyText: string | undefined) => void;
  /** It is the app's. */
  readonly goOn: (bodyText: string | undefined) => void;
}

export interface StreamEntryOptions {
  /** Absent: no stream is shared. */
  readonly liveSse?: LiveSse | undefined;
  readonly verifier: TokenVerifier;
  readonly logger: Logger;
  readonly metrics?: GatewayMetrics | undefined;
}

const TOKEN_IN_ADDRESS = 'access_token';

export function createStreamEntry({ liveSse, verifier, logger, metrics }: StreamEntryOptions): StreamEntry {
  const stream = async (sse: LiveSse, req: IncomingMessage, res: ServerResponse, { startedMs, ...about }: About): Promise<void> => {
    const observe = (status: number): void => metrics?.request({ route: PATH, method: req.method ?? '', status, durationMs: performance.now() - startedMs });
    const requestId = requestIdFor(new NodeExchange(req, res));
    try {
      const token = bearerToken(req.headers.authorization) ?? '';
      if (await sse.stream(req, res, { ...about, token, requestId })) observe(200);
    } catch (error) {
      observe(refuse(res, error, { requestId, logger }));
    }
  };
  return {
    take(req, res, then) {
      const startedMs = performance.now();
      const exchange = new NodeExchange(req, res);
      if (!isForStream(exchange)) return false;
      takeTokenFromAddress(req);
      if (!mayGoDirect(exchange)) return false;
      const isGet = req.method === 'GET';
      const onBody = (body: string): void => {
        const bodyText = isGet ? undefined : body;
        const question = liveSse?.questionOf(body) ?? null;
        if (liveSse === undefined || question === null) return then.ask(new NodeExchange(req, res, bodyText), bodyText);
        whoAsks(verifier, exchange, (identity) => {
          if (identity === null) then.goOn(bodyText);
          else void stream(liveSse, req, res, { question, identity, startedMs });
        });
      };
      if (isGet) onBody(bodyIn(exchange.url) ?? '');
      else exchange.readBody(onBody);
      return true;
    },
  };
}

interface About {
  readonly question: LiveQuestion;
  readonly identity: Identity;
  /** By performance.now(). */
  readonly startedMs: number;
}

/**
 * A browser's own EventSource cannot send headers: there, and nowhere else, the token may stand in the address (RFC 6750, 2.3). It is taken out of it
 * before anybody else looks.
 */
function takeTokenFromAddress(req: IncomingMessage): void {
  const { url = '', headers } = req;
  if (req.method !== 'GET' || !url.includes(TOKEN_IN_ADDRESS) || headers.authorization !== undefined) return;
  const [path = '', search = ''] = url.split('?', 2);
  const parameters = new URLSearchParams(search);
  const token = parameters.get(TOKEN_IN_ADDRESS);
  if (token === null) return;
  parameters.delete(TOKEN_IN_ADDRESS);
  headers.authorization = `Bearer ${token}`;
  req.url = `${path}?${parameters.toString()}`;
}

/** Answers with why there is no stream, and with the status of that. */
function refuse(res: ServerResponse, error: unknown, scope: ErrorScope): number {
  const { message, extensions } = clientErrorOf(error, scope);
  const status = STATUS[extensions.code] ?? 500;
  const { retryAfter } = extensions;
  const headers = { 'content-type': 'application/json; charset=utf-8', 'x-request-id': scope.requestId, ...PRIVATE_HEADERS };
  res.writeHead(status, retryAfter === undefined ? headers : { ...headers, 'retry-after': String(retryAfter) });
  res.end(JSON.stringify({ errors: [{ message, extensions }] }));
  return status;
}
