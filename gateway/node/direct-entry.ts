/**
 * GraphQL straight from node:http, without a Request and a Response: what an answer costs beside its own making is reading the body, a look at who asks
 * and writing the bytes. Whatever is unusual goes on to the app, with the body that was read here.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, OutgoingHttpHeader, ServerResponse } from 'node:http';
import type { TokenVerifier } from '../../platform/auth/token-verifier.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { Identity } from '../../resolvers/context.ts';
import { andThen, type MaybePromise } from '../../resolvers/maybe-promise.ts';
import type { DirectAnswer, DirectGraphql } from '../direct/direct-graphql.ts';
import { isNamed, quoted } from '../direct/entity-tags.ts';
import { PRIVATE_HEADERS, type GetHeaders, type GetHeadersOf } from '../direct/get-headers.ts';
import { contextHeaders, isDirect } from '../direct/http.ts';
import { bodyIn } from '../direct/query-string.ts';
import { clientErrorOf, STATUS, type ErrorScope } from '../errors.ts';
import type { LiveQuestion } from '../live/live-question.ts';
import type { GatewayMetrics } from '../metrics.ts';
import { isCrossOrigin } from '../plugins/cross-origin.ts';
import { bearerToken } from '../plugins/identity.ts';
import { isRequestId } from '../plugins/request-id.ts';
import { encodedFor, isEncodable } from './encodings.ts';
import { isForStream, type LiveSse } from './live-sse.ts';

export type GoOn = (req: IncomingMessage, res: ServerResponse, bodyText?: string) => void;

export interface DirectEntry {
  /** False, and nothing was touched, where the request is not for here. Else it reads the body, and answers or calls `goOn` with it. */
  take(req: IncomingMessage, res: ServerResponse, then: { readonly goOn: GoOn; readonly isDraining: () => boolean }): boolean;
}

export interface DirectEntryOptions {
  readonly direct: DirectGraphql;
  readonly headersOf: GetHeadersOf;
  readonly verifier: TokenVerifier;
  readonly logger: Logger;
  readonly metrics?: GatewayMetrics | undefined;
  /** Absent: every stream goes on to the app. */
  readonly liveSse?: LiveSse | undefined;
}

const PATH = '/graphql';
const TOKEN_IN_ADDRESS = 'access_token';
/** What surely makes an address. */
const PLAIN_HOST = /^[\w.-]+(:\d+)?$/;

export function createDirectEntry({ direct, headersOf, verifier, logger, metrics, liveSse }: DirectEntryOptions): DirectEntry {
  /** At once where the token is remembered: a promise for each request would be a good part of its cost. */
  const whoAsks = (req: IncomingMessage, then: (identity: Identity | null) => void): void => {
    const { authorization = '' } = req.headers;
    // As it is nearly always written. What is remembered is a token: that it looks like one need not be seen again.
    const remembered = authorization.startsWith('Bearer ') ? verifier.remembered?.(authorization.slice('Bearer '.length)) : undefined;
    if (remembered !== undefined) return then(remembered);
    const token = bearerToken(authorization);
    if (token === null) return then(null);
    // Why a token is no good is told on the other way.
    verifier.verify(token).then(then, () => then(null));
  };
  const answerFor = (identity: Identity, req: IncomingMessage, body: string, requestId: string): MaybePromise<DirectAnswer | null> =>
    direct.answer({
      identity,
      body,
      accept: req.headers.accept ?? '',
      readsOnly: req.method === 'GET',
      requestId,
      remoteAddress: req.socket.remoteAddress,
      ...contextHeaders((name) => textOf(req.headers[name])),
    });
  return {
    take(req, res, { goOn, isDraining }) {
      takeTokenOfStream(req);
      if (!isForHere(req)) return false;
      const startedMs = performance.now();
      const isGet = req.method === 'GET';
      const observe = (status: number): void =>
        metrics?.request({ route: PATH, method: isGet ? 'GET' : 'POST', status, durationMs: performance.now() - startedMs });
      const stream = async (sse: LiveSse, question: LiveQuestion, identity: Identity): Promise<void> => {
        const requestId = requestIdFor(req);
        try {
          const token = bearerToken(req.headers.authorization) ?? '';
          if (await sse.stream(req, res, { question, identity, token, requestId })) observe(200);
        } catch (error) {
          observe(refuse(res, error, { requestId, logger }));
        }
      };
      const onBody = (body: string): void => {
        const question = isForStream(req) ? (liveSse?.questionOf(body) ?? null) : null;
        if (liveSse !== undefined && question !== null) {
          return whoAsks(req, (identity) => {
            if (identity === null) goOn(req, res, isGet ? undefined : body);
            else void stream(liveSse, question, identity);
          });
        }
        const requestId = requestIdFor(req);
        const onAnswer = (answer: DirectAnswer | null, get: GetHeaders | null): void => {
          if (answer === null) return goOn(req, res, isGet ? undefined : body);
          if (isDraining()) res.setHeader('connection', 'close');
          const status = send(req, res, answer, { requestId, get });
          observe(status);
        };
        const onDefect = (error: unknown): void => {
          logger.error({ requestId, err: error }, 'a request could not be answered on the direct way');
          res.destroy();
        };
        const respond = (identity: Identity | null): MaybePromise<void> => {
          if (identity === null) return onAnswer(null, null);
          return andThen(answerFor(identity, req, body, requestId), (answer) => {
            if (answer === null || !isGet) return onAnswer(answer, null);
            return andThen(headersOf(answer, identity), (get) => onAnswer(answer, get));
          });
        };
        whoAsks(req, (identity) => {
          try {
            const done = respond(identity);
            if (done instanceof Promise) done.catch(onDefect);
          } catch (error) {
            onDefect(error);
          }
        });
      };
      if (!isGet) readBody(req, onBody);
      else onBody(bodyIn(req.url ?? '') ?? '');
      return true;
    },
  };
}

/**
 * A browser's own EventSource cannot send headers: there, and nowhere else, the token may stand in the address (RFC 6750, 2.3). It is taken out of it
 * before anybody else looks.
 */
function takeTokenOfStream(req: IncomingMessage): void {
  const { url = '', headers } = req;
  if (req.method !== 'GET' || !url.includes(TOKEN_IN_ADDRESS) || headers.authorization !== undefined || !isForStream(req)) return;
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

function isForHere({ url = '', method = '', headers }: IncomingMessage): boolean {
  const header = (name: string): string | null => textOf(headers[name]);
  const { host = '' } = headers;
  const isPath = method === 'GET' ? url.startsWith(`${PATH}?`) : url === PATH;
  return isPath && PLAIN_HOST.test(host) && isDirect(method, header) && !isCrossOrigin({ get: header }, host);
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

interface About {
  readonly requestId: string;
  /** Of an answer to GET. */
  readonly get: GetHeaders | null;
}

const OF_POST: GetHeaders = { tag: null, headers: PRIVATE_HEADERS };

/** Text of one byte a character goes out together with its head. Answers the status. */
function send(req: IncomingMessage, res: ServerResponse, answer: DirectAnswer, { requestId, get }: About): number {
  const isKept = 'bytes' in answer;
  const encoded = isKept ? encodedFor(answer, textOf(req.headers['accept-encoding']) ?? undefined) : null;
  const { tag, headers: forCaches } = get ?? OF_POST;
  // A list, which takes half a microsecond less than an object of spread ones.
  const headers: OutgoingHttpHeader[] = ['x-request-id', requestId, 'x-content-type-options', 'nosniff'];
  if (isKept && isEncodable(answer) && !('vary' in forCaches)) headers.push('vary', 'accept-encoding');
  for (const name in forCaches) headers.push(name, forCaches[name] ?? '');
  if (tag !== null) headers.push('etag', quoted(tag, encoded?.encoding ?? null));
  if (tag !== null && isNamed(textOf(req.headers['if-none-match']) ?? '', tag)) {
    res.writeHead(304, headers).end();
    return 304;
  }
  if (isKept && encoded !== null) {
    headers.push('content-type', answer.contentType, 'content-encoding', encoded.encoding, 'content-length', encoded.bytes.length);
    res.writeHead(200, headers).end(encoded.bytes);
    return 200;
  }
  const text = isKept ? answer.ascii : answer.text;
  const length = isKept ? answer.bytes.length : Buffer.byteLength(answer.text);
  const status = isKept ? 200 : answer.status;
  if (isKept) headers.push('content-type', answer.contentType);
  else for (const name in answer.headers) if (name !== 'content-length' && !(name in forCaches)) headers.push(name, answer.headers[name] ?? '');
  headers.push('content-length', length);
  res.writeHead(status, headers);
  if (text === null) res.end(isKept ? answer.bytes : undefined);
  else res.end(text, text.length === length ? 'latin1' : 'utf8');
  return status;
}
