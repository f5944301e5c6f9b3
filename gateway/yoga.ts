/**
 * GraphQL through Yoga and its plugins: mutations, subscriptions, pages, and whatever goes wrong. Most of what is asked needs none of it, so this file
 * is loaded when it is first needed (app.ts); a process on Node has it before it is ready.
 */
import { useDeferStream } from '@graphql-yoga/plugin-defer-stream';
import { createYoga, type YogaServerInstance } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import type { AppOptions } from './app.ts';
import type { Attempts } from './attempts.ts';
import { observed } from './byte-cache/observed.ts';
import { mayHaveDevToken } from './dev-token.ts';
import type { MediaType } from './direct/media-type.ts';
import type { ParsedDocuments } from './direct/parsed-documents.ts';
import { throughPlugins, type MadeAnswer } from './direct/through-plugins.ts';
import type { MeantDocument } from './documents/meant-document.ts';
import { ANY_DOCUMENT } from './documents/rules.ts';
import type { OperationParams } from './operation.ts';
import { useAnswersInParts } from './plugins/answers-in-parts.ts';
import { useBodyCap } from './plugins/body-cap.ts';
import { useCrossOriginProtection } from './plugins/cross-origin.ts';
import { useDocuments } from './plugins/documents.ts';
import { useMaskedResults } from './plugins/errors.ts';
import { useExplain } from './plugins/explain.ts';
import { useFreshness } from './plugins/freshness.ts';
import { useGraphiqlPage } from './plugins/graphiql.ts';
import { useIdentity } from './plugins/identity.ts';
import { DEFAULT_LIMITS, useLimits } from './plugins/limits.ts';
import { useOperationMetrics } from './plugins/operation-metrics.ts';
import { useParameterErrors } from './plugins/parameters.ts';
import { useSseEventIds } from './plugins/sse-event-ids.ts';
import { useSseStatus } from './plugins/sse-status.ts';
import { useSubscriptionExpiry } from './plugins/subscription-expiry.ts';
import type { ServerContext } from './request-context.ts';

export type YogaServer = YogaServerInstance<ServerContext, object>;

export interface Yoga {
  /** For whole requests; its getEnveloped runs operations of other transports with the same plugins. */
  readonly server: YogaServer;
  /** One query or mutation, without a Request. */
  answer(params: OperationParams, context: ServerContext, mediaType: MediaType): Promise<MadeAnswer>;
}

/** Room for imports of 10,000 leads as CSV text; only callers with a token get to send a body at all. */
const GRAPHQL_BYTES_MAX = 16_000_000;
/** Of kept errors of documents, in characters of the documents' text. */
const WRONG_DOCUMENT_CHARACTERS_MAX = 100_000;

export interface YogaParts {
  /** Shared with the direct way. */
  readonly parsed: ParsedDocuments;
  readonly meant: MeantDocument;
  /** Only with `responseCache`. */
  readonly attempts?: Attempts | undefined;
}

export function createYogaGraphql(options: AppOptions, parts: YogaParts): Yoga {
  const server = createServer(options, parts);
  return {
    server,
    answer: (params, context, mediaType) => throughPlugins(server, params, context, mediaType, options),
  };
}

function createServer(options: AppOptions, { parsed, meant, attempts }: YogaParts): YogaServer {
  return createYoga<ServerContext, object>({
    schema: options.schema,
    context: ({
      request,
      signal,
      identity,
      attempt: given,
      resolverContext,
      params,
      requestId,
      consistencyToken,
      traceparent,
      lastEventId,
      afterwards,
      explains,
    }) => {
      if (resolverContext !== undefined) return resolverContext;
      if (identity === undefined) throw new Error('an operation got past the identity plugin without an identity');
      const scope = { requestId, consistencyToken, traceparent, lastEventId, afterwards, explains, signal: signal ?? requestSignal(request) };
      const attempt = given ?? (explains === true ? undefined : attempts?.({ identity, consistencyToken, params }));
      if (attempt === undefined) return options.createContext({ identity, ...scope });
      const context = options.createContext({ identity: observed(identity, attempt.authority, attempt.reads), reads: attempt.reads, ...scope });
      return given === undefined ? { ...context, attempt } : context;
    },
    plugins: plugins(options, meant),
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
      documentCache: parsed,
      errorCache: new LRUCache<string, object>({ maxSize: WRONG_DOCUMENT_CHARACTERS_MAX, sizeCalculation: (_error, text) => text.length + 1 }),
    },
  });
}

/** Operations of other transports come without one, whatever the type says. */
const requestSignal = (request: Request | undefined): AbortSignal | undefined => request?.signal;

/** In the order in which a request meets them. */
function plugins(options: AppOptions, meant: MeantDocument): object[] {
  const { clock, logger, verifier, metrics, devTokens, graphiqlPage, limits, documents, responseCache, execution, subscriptions } = options;
  const tokenForPage = async (request: Request, context: ServerContext): Promise<string | null> =>
    devTokens && mayHaveDevToken(request, context) ? (await devTokens.sign(devTokens.users[0])).token : null;
  return [
    // Before the identity: a browser that opens the page has no token yet. The page holds nothing that is anyone's.
    ...(graphiqlPage ? [useGraphiqlPage(graphiqlPage, tokenForPage)] : []),
    useCrossOriginProtection(),
    useIdentity(verifier, logger),
    // Behind the identity: strangers cannot make us read a long body.
    useBodyCap(GRAPHQL_BYTES_MAX),
    useDeferStream(),
    useAnswersInParts(),
    useParameterErrors(),
    useDocuments(documents ?? ANY_DOCUMENT, meant),
    useLimits({ ...DEFAULT_LIMITS, ...limits }),
    // Before the answers that are shared: those take its place where they have one, and note what it makes where they have none.
    ...(execution ? [execution] : []),
    ...(subscriptions ? [subscriptions] : []),
    // Behind the limits: what nobody may ask nobody is answered, however cheap it is.
    ...(responseCache ? [responseCache] : []),
    // Before the metrics, which then see a subscription end when its token does.
    useSubscriptionExpiry(clock),
    ...(metrics ? [useOperationMetrics(metrics)] : []),
    useFreshness(clock),
    useExplain(),
    useMaskedResults(logger),
    // Behind the masking: what they add is the last word on a result.
    useSseEventIds(),
    useSseStatus(),
  ];
}
