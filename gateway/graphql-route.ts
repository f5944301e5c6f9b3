/** The path /graphql: what goes the direct way, and what goes to Yoga. */
import { specifiedRules, validate } from 'graphql';
import type { App, AppOptions, Caching } from './app.ts';
import { createByteCache } from './byte-cache/byte-cache.ts';
import { createDirectGraphql, type DirectGraphql, type Keeping } from './direct/direct-graphql.ts';
import { createDocuments, type Documents } from './direct/documents.ts';
import { PRIVATE_HEADERS } from './direct/get-headers.ts';
import { isDirect, responseOf } from './direct/http.ts';
import { ANY_DOCUMENT, answeredBy } from './documents/rules.ts';
import { bodyIn } from './direct/query-string.ts';
import { parseOnce, type ParsedDocuments } from './direct/parsed-documents.ts';
import { createQuestionOf, type QuestionsOptions } from './direct/question.ts';
import { isCrossOrigin } from './plugins/cross-origin.ts';
import { identify } from './plugins/identity.ts';
import { DEFAULT_LIMITS, limitRules, type Limits } from './plugins/limits.ts';
import { costOf } from './plugins/operation-cost.ts';
import type { ServerContext } from './request-context.ts';

/** The direct way where the request is for it, else Yoga's. */
export function createGraphqlRoute({ verifier }: AppOptions, { yoga, direct, headersOf }: Pick<App, 'yoga' | 'direct' | 'headersOf'>) {
  const isForDirect = ({ method, url, headers }: Request): boolean =>
    isDirect(method, (name) => headers.get(name)) && !isCrossOrigin(headers, new URL(url).host);
  const byYoga = async (request: Request, context: ServerContext): Promise<Response> => {
    const response = await (await yoga()).server.handleRequest(request, context);
    // Streams and pages say more.
    if (!response.headers.has('cache-control')) response.headers.set('cache-control', PRIVATE_HEADERS['cache-control']);
    return response;
  };
  return async (request: Request, context: ServerContext): Promise<Response> => {
    // A transport that has read the body has tried the direct way, too.
    if (context.bodyText !== undefined || !isForDirect(request)) return byYoga(request, context);
    const isGet = request.method === 'GET';
    const body = isGet ? bodyIn(request.url) : await request.text();
    if (body === null) return byYoga(request, context);
    // Who may not ask is told so by the plugin.
    const identity = await identify(verifier, request.headers.get('authorization')).catch(() => null);
    const answer = identity && (await direct.answer({ ...context, identity, body, accept: request.headers.get('accept') ?? '', readsOnly: isGet }));
    if (answer === null || identity === null) return byYoga(isGet ? request : withBody(request, body), context);
    return responseOf(answer, request, isGet ? await headersOf(answer, identity) : null);
  };
}

const withBody = ({ url, method, headers, signal }: Request, body: string): Request => new Request(url, { method, headers, signal, body });

const limitsOf = ({ limits }: AppOptions): Limits => ({ ...DEFAULT_LIMITS, ...limits });

/** `parsed`: shared with Yoga's way. */
export function documentsOver(options: AppOptions, parsed: ParsedDocuments): Documents {
  const { schema } = options;
  const limits = limitsOf(options);
  const rules = [...specifiedRules, ...limitRules(limits)];
  return createDocuments({
    schema,
    isAnswered: answeredBy(options.documents ?? ANY_DOCUMENT),
    parse: (query) => parseOnce(parsed, query, limits.tokensMax),
    validate: (document) => validate(schema, document, rules),
  });
}

export function costLimitOver(options: AppOptions): QuestionsOptions['isTooCostly'] {
  const { schema } = options;
  const { costMax } = limitsOf(options);
  return ({ document, params: { operationName, variables } }) => costOf({ schema, document, operationName, variableValues: variables }) > costMax;
}

/** What the direct way is made of. */
export function directOver(options: AppOptions, { yoga, questions }: Pick<App, 'yoga' | 'questions'>): DirectGraphql {
  const { createContext, metrics, caching } = options;
  const direct = createDirectGraphql({
    questionOf: createQuestionOf(questions),
    createContext,
    throughPlugins: async (params, context, mediaType) => (await yoga()).answer(params, context, mediaType),
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
