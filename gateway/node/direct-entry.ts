/**
 * GraphQL straight from node:http, without a Request and a Response: what an answer costs beside its own making is reading the body, a look at who asks
 * and writing the bytes. Whatever is unusual goes on to the app, with the body that was read here.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TokenVerifier } from '../../platform/auth/token-verifier.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { Identity } from '../../resolvers/context.ts';
import type { MaybePromise } from '../../resolvers/maybe-promise.ts';
import type { DirectAnswer, DirectGraphql } from '../direct/direct-graphql.ts';
import { contextHeaders, isDirect, PRIVATE_HEADERS } from '../direct/http.ts';
import type { GatewayMetrics } from '../metrics.ts';
import { isCrossOrigin } from '../plugins/cross-origin.ts';
import { bearerToken } from '../plugins/identity.ts';
import { isRequestId } from '../plugins/request-id.ts';

export type GoOn = (req: IncomingMessage, res: ServerResponse, bodyText?: string) => void;

export interface DirectEntry {
  /** False, and nothing was touched, where the request is not for here. Else it reads the body, and answers or calls `goOn` with it. */
  take(req: IncomingMessage, res: ServerResponse, then: { readonly goOn: GoOn; readonly isDraining: () => boolean }): boolean;
}

export interface DirectEntryOptions {
  readonly direct: DirectGraphql;
  readonly verifier: TokenVerifier;
  readonly logger: Logger;
  readonly metrics?: GatewayMetrics | undefined;
}

const PATH = '/graphql';
/** What surely makes an address. */
const PLAIN_HOST = /^[\w.-]+(:\d+)?$/;

export function createDirectEntry({ direct, verifier, logger, metrics }: DirectEntryOptions): DirectEntry {
  /** At once where the token is remembered: a promise for each request would be a good part of its cost. */
  const whoAsks = (req: IncomingMessage, then: (identity: Identity | null) => void): void => {
    const token = bearerToken(req.headers.authorization);
    const identity = token === null ? null : verifier.remembered?.(token);
    if (identity !== undefined || token === null) return then(identity ?? null);
    // Why a token is no good is told on the other way.
    verifier.verify(token).then(then, () => then(null));
  };
  const answerFor = (identity: Identity, req: IncomingMessage, body: string, requestId: string): MaybePromise<DirectAnswer | null> => {
    const header = (name: string): string | null => textOf(req.headers[name]);
    const asked = { identity, body, accept: req.headers.accept ?? '', requestId, remoteAddress: req.socket.remoteAddress, ...contextHeaders(header) };
    return direct.answer(asked);
  };
  return {
    take(req, res, { goOn, isDraining }) {
      const header = (name: string): string | null => textOf(req.headers[name]);
      const { host = '' } = req.headers;
      if (req.url !== PATH || !PLAIN_HOST.test(host) || !isDirect(req.method ?? '', header) || isCrossOrigin({ get: header }, host)) return false;
      const startedMs = performance.now();
      readBody(req, (body) => {
        whoAsks(req, (identity) => {
          const requestId = requestIdFor(req);
          const onAnswer = (answer: DirectAnswer | null): void => {
            if (answer === null) return goOn(req, res, body);
            if (isDraining()) res.setHeader('connection', 'close');
            const status = send(res, answer, requestId);
            metrics?.request({ route: PATH, method: 'POST', status, durationMs: performance.now() - startedMs });
          };
          const onDefect = (error: unknown): void => {
            logger.error({ requestId, err: error }, 'a request could not be answered on the direct way');
            res.destroy();
          };
          try {
            const answer = identity && answerFor(identity, req, body, requestId);
            if (answer instanceof Promise) answer.then(onAnswer).catch(onDefect);
            else onAnswer(answer);
          } catch (error) {
            onDefect(error);
          }
        });
      });
      return true;
    },
  };
}

const textOf = (value: string | readonly string[] | undefined): string | null => (value === undefined ? null : String(value));

/** As long as Content-Length says, which node:http holds it to. A sender that breaks off is nobody to answer. */
function readBody(req: IncomingMessage, onBody: (body: string) => void): void {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => void chunks.push(chunk));
  req.once('end', () => {
    const [only] = chunks;
    const text = (chunks.length === 1 && only ? only : Buffer.concat(chunks)).toString();
    // As readers of Requests leave it out.
    onBody(text.startsWith('\uFEFF') ? text.slice(1) : text);
  });
}

function requestIdFor({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && isRequestId(given) ? given : randomUUID();
}

/** Text of one byte a character goes out together with its head. Answers the status. */
function send(res: ServerResponse, answer: DirectAnswer, requestId: string): number {
  const isKept = 'bytes' in answer;
  const [status, headers] = isKept ? [200, { 'content-type': answer.contentType }] : [answer.status, answer.headers];
  const text = isKept ? answer.ascii : answer.text;
  const length = isKept ? answer.bytes.length : Buffer.byteLength(answer.text);
  const all = { ...headers, 'content-length': length, ...PRIVATE_HEADERS, 'x-request-id': requestId, 'x-content-type-options': 'nosniff' };
  res.writeHead(status, all);
  if (text === null) res.end(isKept ? answer.bytes : undefined);
  else res.end(text, text.length === length ? 'latin1' : 'utf8');
  return status;
}
