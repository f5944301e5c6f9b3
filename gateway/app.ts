/** The gateway as a function: a Request goes in, a Response comes out. Runs wherever web standards are. */
import type { GraphQLSchema } from 'graphql';
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import type { TokenVerifier } from '../platform/auth/token-verifier.ts';
import type { Changes } from '../platform/cache/changes.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/telemetry/logger.ts';
import { jsonAnswer } from './answers.ts';
import { createAttempts, type Attempts } from './attempts.ts';
import { observed } from './byte-cache/observed.ts';
import type { DirectGraphql } from './direct/direct-graphql.ts';
import { contextHeaders } from './direct/http.ts';
import { mayHaveDevToken, type DevTokens } from './dev-token.ts';
import { clientErrorOf, STATUS } from './errors.ts';
import { createGraphqlRoute, directOver, documentsOver } from './graphql-route.ts';
import type { Health } from './health.ts';
import type { GatewayMetrics } from './metrics.ts';
import { BodyTooLargeError, useBodyCap } from './plugins/body-cap.ts';
import { useCrossOriginProtection } from './plugins/cross-origin.ts';
import { useMaskedResults } from './plugins/errors.ts';
import { useGraphiqlPage, type GraphiqlPage } from './plugins/graphiql.ts';
import { useIdentity } from './plugins/identity.ts';
import { DEFAULT_LIMITS, useLimits, type Limits } from './plugins/limits.ts';
import { useOperationMetrics } from './plugins/operation-metrics.ts';
import { useParameterErrors } from './plugins/parameters.ts';
import { REQUEST_ID_HEADER, requestIdOf } from './plugins/request-id.ts';
import { useSseEventIds } from './plugins/sse-event-ids.ts';
import { useSubscriptionExpiry } from './plugins/subscription-expiry.ts';
import type { OperationScope, RequestInfo, ServerContext } from './request-context.ts';
import { answerRoute, type Assets, type Routed, type RouteHandlers } from './routes.ts';

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
  /** Absent: every answer is made anew. */
  readonly caching?: Caching | undefined;
  /** Shares answers of GraphQL itself with other gateways (plugins/response-cache.ts); only with `caching`. */
  readonly responseCache?: Plugin<ServerContext, ServerContext> | undefined;
}

/** What a cache of answers goes by. */
export interface Caching {
  readonly changes: Changes;
  /** LiveFeed.isTrusted. */
  readonly isTrusted: () => boolean;
  /** 100 MB if absent. */
  readonly bytesMax?: number | undefined;
}

export interface App {
  fetch(request: Request, info: RequestInfo): Promise<Response>;
  /** Queries and mutations for a server that can answer without making a Request first. */
  readonly direct: DirectGraphql;
  /** For other transports: its getEnveloped runs operations with the same plugins. */
  readonly yoga: YogaServerInstance<ServerContext, object>;
}

/** Room for imports of 10,000 leads as CSV text; only callers with a token get to send a body at all. */
const GRAPHQL_BYTES_MAX = 16_000_000;
/** Of kept documents, in characters of their text; the parsed form takes tens of times that. */
const DOCUMENT_CHARACTERS_MAX = 1_000_000;
const WRONG_DOCUMENT_CHARACTERS_MAX = 100_000;

export function createApp(options: AppOptions): App {
  const { logger, metrics } = options;
  const { responseCache, caching } = options;
  const documents = documentsOver(options, () => yoga);
  const yoga = createYogaServer(options, responseCache && caching && createAttempts(documents, caching.changes));
  const direct = directOver(options, yoga, documents);
  const graphql = createGraphqlRoute(options, yoga, direct);
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

function createYogaServer(options: AppOptions, attempts: Attempts | undefined): App['yoga'] {
  return createYoga<ServerContext, object>({
    schema: options.schema,
    context: ({ identity, attempt: given, resolverContext, params, requestId, consistencyToken, traceparent, lastEventId }) => {
      if (resolverContext !== undefined) return resolverContext;
      if (identity === undefined) throw new Error('an operation got past the identity plugin without an identity');
      const scope = { requestId, consistencyToken, traceparent, lastEventId };
      const attempt = given ?? attempts?.({ identity, consistencyToken, params });
      if (attempt === undefined) return options.createContext({ identity, ...scope });
      const context = options.createContext({ identity: observed(identity, attempt.authority, attempt.reads), reads: attempt.reads, ...scope });
      return given === undefined ? { ...context, attempt } : context;
    },
    plugins: plugins(options),
    // Ours stand for these: see plugins/errors.ts, graphiql.ts, body-cap.ts. Reading a body of several parts is of no use to us.
    maskedErrors: false,
    graphiql: false,
    landingPage: false,
    multipart: false,
    maxRequestBodySize: false,
    // Pages of other origins may not ask.
    cors: false,
    logging: false,
    // Yoga keeps a thousand documents whatever their size; these keep what fits into memory.
    parserAndValidationCache: {
      documentCache: new LRUCache({ maxSize: DOCUMENT_CHARACTERS_MAX, sizeCalculation: (_document, text) => text.length + 1 }),
      errorCache: new LRUCache<string, object>({ maxSize: WRONG_DOCUMENT_CHARACTERS_MAX, sizeCalculation: (_error, text) => text.length + 1 }),
    },
  });
}

/** In the order in which a request meets them. */
function plugins({ clock, logger, verifier, metrics, devTokens, graphiqlPage, limits, responseCache }: AppOptions): object[] {
  const tokenForPage = async (request: Request, context: ServerContext): Promise<string | null> =>
    devTokens && mayHaveDevToken(request, context) ? (await devTokens.sign(devTokens.users[0])).token : null;
  return [
    // Before the identity: a browser that opens the page has no token yet. The page holds nothing that is anyone's.
    ...(graphiqlPage ? [useGraphiqlPage(graphiqlPage, tokenForPage)] : []),
    useCrossOriginProtection(),
    useIdentity(verifier, logger),
    // Behind the identity: strangers cannot make us read a long body.
    useBodyCap(GRAPHQL_BYTES_MAX),
    useParameterErrors(),
    useLimits({ ...DEFAULT_LIMITS, ...limits }),
    // Behind the limits: what nobody may ask nobody is answered, however cheap it is.
    ...(responseCache ? [responseCache] : []),
    // Before the metrics, which then see a subscription end when its token does.
    useSubscriptionExpiry(clock),
    ...(metrics ? [useOperationMetrics(metrics)] : []),
    useMaskedResults(logger),
    // Behind the masking: what it adds is the last word on a result.
    useSseEventIds(),
  ];
}
