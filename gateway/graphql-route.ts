/** The path /graphql: what goes the direct way, and what goes to Yoga. */
import type { DocumentNode, GraphQLError } from 'graphql';
import type { App, AppOptions, Caching } from './app.ts';
import { createByteCache } from './byte-cache/byte-cache.ts';
import { createDirectGraphql, type DirectGraphql, type Keeping } from './direct/direct-graphql.ts';
import { createDocuments, type Documents } from './direct/documents.ts';
import { isDirect, responseOf } from './direct/http.ts';
import { bodyIn } from './direct/query-string.ts';
import { createQuestionOf, type QuestionsOptions } from './direct/question.ts';
import { throughPlugins } from './direct/through-plugins.ts';
import { isCrossOrigin } from './plugins/cross-origin.ts';
import { identify } from './plugins/identity.ts';
import { DEFAULT_LIMITS } from './plugins/limits.ts';
import { costOf } from './plugins/operation-cost.ts';
import type { ServerContext } from './request-context.ts';

/** The direct way where the request is for it, else Yoga's. */
export function createGraphqlRoute({ verifier }: AppOptions, yoga: App['yoga'], direct: DirectGraphql) {
  const isForDirect = ({ method, url, headers }: Request): boolean =>
    isDirect(method, (name) => headers.get(name)) && !isCrossOrigin(headers, new URL(url).host);
  return async (request: Request, context: ServerContext): Promise<Response> => {
    // A transport that has read the body has tried the direct way, too.
    if (context.bodyText !== undefined || !isForDirect(request)) return yoga.handleRequest(request, context);
    const isGet = request.method === 'GET';
    const body = isGet ? bodyIn(request.url) : await request.text();
    if (body === null) return yoga.handleRequest(request, context);
    // Who may not ask is told so by the plugin.
    const identity = await identify(verifier, request.headers.get('authorization')).catch(() => null);
    const answer = identity && (await direct.answer({ ...context, identity, body, accept: request.headers.get('accept') ?? '', readsOnly: isGet }));
    if (answer !== null) return responseOf(answer, request);
    return yoga.handleRequest(isGet ? request : withBody(request, body), context);
  };
}

const withBody = ({ url, method, headers, signal }: Request, body: string): Request => new Request(url, { method, headers, signal, body });

/** Documents as Yoga's plugins parse and validate them. */
export function documentsOver({ schema }: AppOptions, yoga: () => App['yoga']): Documents {
  let enveloped: ReturnType<App['yoga']['getEnveloped']> | undefined;
  const plugins = () => (enveloped ??= yoga().getEnveloped({}));
  return createDocuments({
    schema,
    parse: (query) => plugins().parse(query) as DocumentNode,
    validate: (document) => plugins().validate(schema, document) as readonly GraphQLError[],
  });
}

/** What the direct way is made of. */
export function directOver(options: AppOptions, yoga: App['yoga'], documents: Documents): DirectGraphql {
  const { schema, createContext, logger, metrics, caching } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const isTooCostly: QuestionsOptions['isTooCostly'] = ({ document, params: { operationName, variables } }) =>
    costOf({ schema, document, operationName, variableValues: variables }) > limits.costMax;
  const direct = createDirectGraphql({
    questionOf: createQuestionOf({ schema, documents, isTooCostly }),
    createContext,
    throughPlugins: (params, context, mediaType) => throughPlugins({ yoga }, params, context, mediaType, logger),
    metrics,
    keeping: caching && keepingFor(options, caching),
  });
  if (caching) metrics?.watchCache('L0', () => direct.facts());
  return direct;
}

function keepingFor({ clock }: AppOptions, { changes, isTrusted, bytesMax }: Caching): Keeping {
  const cache = createByteCache({ epochs: changes.epochs, nowMs: () => clock.now().getTime(), bytesMax });
  return { cache, changes, isTrusted };
}
