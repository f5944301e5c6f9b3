/**
 * GraphQL straight from HTTP, without a Request and a Response: what an answer costs beside its own making is reading the body, a look at who asks
 * and writing the bytes. Whatever is unusual goes on to the app, with the body that was read here.
 */
import type { TokenVerifier } from '../../platform/auth/token-verifier.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { Identity } from '../../resolvers/context.ts';
import { andThen, type MaybePromise } from '../../resolvers/maybe-promise.ts';
import type { DirectAnswer, DirectGraphql } from '../direct/direct-graphql.ts';
import { isNamed, quoted } from '../direct/entity-tags.ts';
import { PRIVATE_HEADERS, type GetHeaders, type GetHeadersOf } from '../direct/get-headers.ts';
import { contextHeaders } from '../direct/http.ts';
import { bodyIn } from '../direct/query-string.ts';
import type { GatewayMetrics } from '../metrics.ts';
import { mayGoDirect, PATH, requestIdFor, whoAsks } from './asking.ts';
import { encodedFor, isEncodable } from './encodings.ts';
import type { Answered, Exchange, HeaderList } from './exchange.ts';

export interface DirectEntry {
  /** False, and nothing was touched, where the request is not for here. Else it reads the body, and answers or calls `goOn` with it (absent: none). */
  take(exchange: Exchange, then: { readonly goOn: (bodyText?: string) => void; readonly isDraining: () => boolean }): boolean;
}

export interface DirectEntryOptions {
  readonly direct: DirectGraphql;
  readonly headersOf: GetHeadersOf;
  readonly verifier: TokenVerifier;
  readonly logger: Logger;
  readonly metrics?: GatewayMetrics | undefined;
}

export function createDirectEntry({ direct, headersOf, verifier, logger, metrics }: DirectEntryOptions): DirectEntry {
  const answerFor = (identity: Identity, exchange: Exchange, body: string, requestId: string): MaybePromise<DirectAnswer | null> => {
    const header = (name: string): string | null => exchange.header(name);
    return direct.answer({
      identity,
      body,
      accept: header('accept') ?? '',
      readsOnly: exchange.method === 'GET',
      requestId,
      remoteAddress: exchange.remoteAddress,
      ...contextHeaders(header),
    });
  };
  return {
    take(exchange, { goOn, isDraining }) {
      if (!mayGoDirect(exchange)) return false;
      const startedMs = performance.now();
      const isGet = exchange.method === 'GET';
      const onBody = (body: string): void => {
        const requestId = requestIdFor(exchange);
        const onAnswer = (answer: DirectAnswer | null, get: GetHeaders | null): void => {
          if (answer === null) return goOn(isGet ? undefined : body);
          const answered = { ...answeredWith(answer, exchange, { requestId, get }), closes: isDraining() };
          metrics?.request({ route: PATH, method: isGet ? 'GET' : 'POST', status: answered.status, durationMs: performance.now() - startedMs });
          exchange.answer(answered);
        };
        const onDefect = (error: unknown): void => {
          logger.error({ requestId, err: error }, 'a request could not be answered on the direct way');
          exchange.destroy();
        };
        const respond = (identity: Identity | null): MaybePromise<void> => {
          if (identity === null) return onAnswer(null, null);
          return andThen(answerFor(identity, exchange, body, requestId), (answer) => {
            if (answer === null || !isGet) return onAnswer(answer, null);
            return andThen(headersOf(answer, identity), (get) => onAnswer(answer, get));
          });
        };
        whoAsks(verifier, exchange, (identity) => {
          try {
            const done = respond(identity);
            if (done instanceof Promise) done.catch(onDefect);
          } catch (error) {
            onDefect(error);
          }
        });
      };
      if (!isGet) exchange.readBody(onBody);
      else onBody(bodyIn(exchange.url) ?? '');
      return true;
    },
  };
}

interface About {
  readonly requestId: string;
  /** Of an answer to GET. */
  readonly get: GetHeaders | null;
}

const OF_POST: GetHeaders = { tag: null, headers: PRIVATE_HEADERS };

function answeredWith(answer: DirectAnswer, exchange: Exchange, { requestId, get }: About): Omit<Answered, 'closes'> {
  const isKept = 'bytes' in answer;
  const encoded = isKept ? encodedFor(answer, exchange.header('accept-encoding') ?? undefined) : null;
  const { tag, headers: forCaches } = get ?? OF_POST;
  const headers: HeaderList = ['x-request-id', requestId, 'x-content-type-options', 'nosniff'];
  if (isKept && isEncodable(answer) && !('vary' in forCaches)) headers.push('vary', 'accept-encoding');
  for (const name in forCaches) headers.push(name, forCaches[name] ?? '');
  if (tag !== null) headers.push('etag', quoted(tag, encoded?.encoding ?? null));
  if (tag !== null && isNamed(exchange.header('if-none-match') ?? '', tag)) return { status: 304, headers, body: null, textAs: 'latin1' };
  if (isKept) {
    headers.push('content-type', answer.contentType);
    if (encoded !== null) headers.push('content-encoding', encoded.encoding);
    const bytes = encoded?.bytes ?? answer.bytes;
    headers.push('content-length', bytes.length);
    return { status: 200, headers, body: (encoded === null ? answer.ascii : null) ?? bytes, textAs: 'latin1' };
  }
  for (const name in answer.headers) if (name !== 'content-length' && !(name in forCaches)) headers.push(name, answer.headers[name] ?? '');
  const length = Buffer.byteLength(answer.text);
  headers.push('content-length', length);
  return { status: answer.status, headers, body: answer.text, textAs: answer.text.length === length ? 'latin1' : 'utf8' };
}
