/** The gateway as a function: a Request goes in, a Response comes out. Runs wherever web standards are. */
import type { GraphQLSchema } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { TokenVerifier } from '../platform/auth/token-verifier.ts';
import type { Changes } from '../platform/cache/changes.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/telemetry/logger.ts';
import { jsonAnswer } from './answers.ts';
import type { SharedCaches } from './cdn/shared-caches.ts';
import { createAttempts } from './attempts.ts';
import type { DirectGraphql } from './direct/direct-graphql.ts';
import { createGetHeaders, type GetHeadersOf } from './direct/get-headers.ts';
import { contextHeaders } from './direct/http.ts';
import { createMeantDocument, type MeantDocument } from './documents/meant-document.ts';
import { ANY_DOCUMENT, type DocumentRules } from './documents/rules.ts';
import { createParsedDocuments } from './direct/parsed-documents.ts';
import type { QuestionsOptions } from './direct/question.ts';
import type { DevTokens } from './dev-token.ts';
import { clientErrorOf, STATUS } from './errors.ts';
import { costLimitOver, createGraphqlRoute, directOver, documentsOver } from './graphql-route.ts';
import { loadedOnce } from './loaded-once.ts';
import type { Health } from './health.ts';
import type { GatewayMetrics } from './metrics.ts';
import { BodyTooLargeError } from './plugins/body-cap.ts';
import type { GraphiqlPage } from './plugins/graphiql.ts';
import type { Limits } from './plugins/limits.ts';
import { REQUEST_ID_HEADER, requestIdOf } from './plugins/request-id.ts';
import type { OperationScope, RequestInfo, ServerContext } from './request-context.ts';
import { answerRoute, type Assets, type Routed, type RouteHandlers } from './routes.ts';
import type { Yoga } from './yoga.ts';

export interface AppOptions {
  readonly schema: GraphQLSchema;
  /** What resolvers get, for one operation. */
  readonly createContext: (scope: OperationScope) => object;
  readonly verifier: TokenVerifier;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly health: Health;
  readonly metrics?: GatewayMetrics | undefined;
  readonly devTokens?: DevTokens | undefined;
  readonly graphiqlPage?: GraphiqlPage | undefined;
  readonly assets?: Assets | undefined;
  readonly webhook?: RouteHandlers['webhook'];
  readonly limits?: Partial<Limits> | undefined;
  /** Absent: any document, and each as its text. */
  readonly documents?: DocumentRules | undefined;
  /** Absent: every answer is made anew. */
  readonly caching?: Caching | undefined;
  /** Executes what compiled operations leave to GraphQL, as far as it can (node/jit-execution.ts). */
  readonly execution?: Plugin | undefined;
  /** Bounds subscriptions that Yoga follows (node/guest-subscriptions.ts); absent: nobody does. */
  readonly subscriptions?: Plugin<ServerContext> | undefined;
  /** Shares answers of GraphQL itself with other gateways (plugins/response-cache.ts); only with `caching`. */
  readonly responseCache?: Plugin<ServerContext, ServerContext> | undefined;
}

/** What a cache of answers goes by. */
export interface Caching {
  readonly changes: Changes;
  /** LiveFeed.isTrusted. */
  readonly isTrusted: () => boolean;
  /** Absent: no cache on the way holds an answer. */
  readonly sharedCaches?: SharedCaches | undefined;
  /** 100 MB if absent. */
  readonly bytesMax?: number | undefined;
}

export interface App {
  fetch(request: Request, info: RequestInfo): Promise<Response>;
  /** Queries and mutations for a server that can answer without making a Request first. */
  readonly direct: DirectGraphql;
  /** Of its answers to GET, in the moment in which they go out. */
  readonly headersOf: GetHeadersOf;
  /** For other transports, and for what the direct way does not take. Loaded when it is first asked for. */
  readonly yoga: () => Promise<Yoga>;
  /** Which text a request of another transport means. */
  readonly meant: MeantDocument;
  /** How operations are understood, for other transports. */
  readonly questions: QuestionsOptions;
}

export function createApp(options: AppOptions): App {
  const { logger, metrics } = options;
  const { responseCache, caching } = options;
  const { known, lateKnown } = options.documents ?? ANY_DOCUMENT;
  const meant = createMeantDocument(known, lateKnown);
  const parsed = createParsedDocuments();
  const documents = documentsOver(options, parsed);
  const attempts = responseCache && caching && createAttempts(documents, caching.changes);
  const yoga = loadedOnce(async () => (await import('./yoga.ts')).createYogaGraphql(options, { parsed, meant, attempts }));
  const questions: QuestionsOptions = { meant, documents, isTooCostly: costLimitOver(options) };
  const direct = directOver(options, { yoga, questions });
  const headersOf = createGetHeaders({ nowMs: () => options.clock.now().getTime(), sharedCaches: caching?.sharedCaches });
  const graphql = createGraphqlRoute(options, { yoga, direct, headersOf });
  async function route(request: Request, context: ServerContext): Promise<Routed> {
    // Clients write the host into it as they like.
    if (!URL.canParse(request.url)) return { route: 'failed', response: badUrl() };
    try {
      const { pathname } = new URL(request.url);
      return await answerRoute(request, pathname, context, { ...options, graphql: (one) => graphql(one, context) });
    } catch (error) {
      return { route: 'failed', response: failure(error, context.requestId, logger) };
    }
  }

  return {
    yoga,
    direct,
    headersOf,
    meant,
    questions,
    async fetch(request, info) {
      const startedMs = performance.now();
      const requestId = requestIdOf(request);
      const { route: name, response } = await route(request, { ...info, requestId, ...contextHeaders((header) => request.headers.get(header)) });
      response.headers.set(REQUEST_ID_HEADER, requestId);
      response.headers.set('x-content-type-options', 'nosniff');
      metrics?.request({ route: name, method: request.method, status: response.status, durationMs: performance.now() - startedMs });
      return response;
    },
  };
}

const badUrl = (): Response =>
  jsonAnswer(400, { error: { code: 'BAD_USER_INPUT', message: 'the path or the header "host" of this request makes no address' } });

function failure(error: unknown, requestId: string, logger: Logger): Response {
  if (error instanceof BodyTooLargeError) return jsonAnswer(413, { error: { code: 'BAD_USER_INPUT', message: error.message } });
  const { message, extensions } = clientErrorOf(error, { requestId, logger });
  return jsonAnswer(STATUS[extensions.code] ?? 500, { error: { message, ...extensions } });
}
