/** Queries by way of the byte cache: a kept answer, somebody else's execution that is under way, or an execution whose answer is kept. */
import type { TokenVerifier } from '../../platform/auth/token-verifier.ts';
import type { Changes } from '../../platform/cache/changes.ts';
import type { Identity } from '../../resolvers/context.ts';
import { createReads } from '../../resolvers/reads.ts';
import type { CacheFacts } from '../metrics.ts';
import { isCrossOrigin, isJsonType } from '../plugins/cross-origin.ts';
import { identify } from '../plugins/identity.ts';
import type { ServerContext } from '../request-context.ts';
import type { Attempt } from './attempt.ts';
import type { ByteCache, Kept } from './byte-cache.ts';
import { answerWith } from './http-answer.ts';
import { keyOf, type Question, type QuestionOf } from './question.ts';

type Execute = (request: Request, context: ServerContext) => Response | Promise<Response>;

export interface CachedGraphqlOptions {
  readonly cache: ByteCache;
  readonly changes: Changes;
  /** LiveFeed.isTrusted: while changes may go unheard nothing is taken from the cache, and nothing put into it. */
  readonly isTrusted: () => boolean;
  readonly questionOf: QuestionOf;
  readonly verifier: TokenVerifier;
  readonly execute: Execute;
}

export interface CachedGraphql {
  answer(request: Request, context: ServerContext): Promise<Response>;
  facts(): CacheFacts;
  /** A kept answer for this person, or null. All that stands between a request and its answer was looked at by the caller but for the body. */
  find(identity: Identity, body: string, accept: string): Kept | null;
}

/** Longer bodies are commands, not questions that somebody asks again. */
export const BODY_BYTES_MAX = 65_536;
/** Clients choose it: keys must not be filled with it. */
const ACCEPT_CHARACTERS_MAX = 256;

/** True where the request may be answered from the cache at all. A consistency token asks for what is newest. */
export const mayBeKept = (method: string, header: (name: string) => string | null | undefined): boolean => {
  const length = Number(header('content-length') ?? Number.NaN);
  return (
    method === 'POST' &&
    length > 0 &&
    length <= BODY_BYTES_MAX &&
    isJsonType(header('content-type') ?? '') &&
    (header('accept') ?? '').length <= ACCEPT_CHARACTERS_MAX &&
    header('content-encoding') == null &&
    header('x-consistency-token') == null
  );
};

export function createCachedGraphql(options: CachedGraphqlOptions): CachedGraphql {
  const { cache, changes, isTrusted, questionOf, verifier, execute } = options;
  const counts = { hits: 0, joined: 0, missed: 0 };
  /** Equal questions that are being answered. */
  const flights = new Map<string, Promise<Kept | null>>();

  const find = (key: string): Kept | null => {
    const kept = cache.find(key) ?? null;
    if (kept !== null) counts.hits += 1;
    return kept;
  };
  const whoAsks = async (request: Request, context: ServerContext): Promise<Identity | null> => {
    try {
      return (context.identity ??= await identify(verifier, request.headers.get('authorization')));
    } catch {
      // The plugin says why.
      return null;
    }
  };

  /** Executes; the answer goes to whoever asked first, and into the cache where it may be kept. */
  const fly = async (request: Request, context: ServerContext, identity: Identity, { authority }: Question, key: string) => {
    const attempt: Attempt = { reads: createReads(changes, identity.tenant), authority, succeeded: false };
    const response = await execute(request, { ...context, attempt });
    if (!attempt.succeeded || !attempt.reads.isKeepable || response.status !== 200 || !isTrusted()) return { response, kept: null };
    const bytes = new Uint8Array(await response.arrayBuffer());
    const contentType = response.headers.get('content-type') ?? 'application/json';
    const kept = cache.keep(key, { contentType, bytes }, attempt.reads);
    return { response: kept === null ? new Response(bytes, response) : answerWith(kept), kept };
  };

  const answerQuestion = async (request: Request, context: ServerContext, identity: Identity, question: Question, key: string): Promise<Response> => {
    const known = find(key);
    if (known !== null) return answerWith(known);
    const underWay = flights.get(key);
    if (underWay !== undefined) {
      counts.joined += 1;
      const shared = await underWay;
      // Null where it failed, or where a change came meanwhile: it may be older than this request.
      if (shared !== null) return answerWith(shared);
    }
    counts.missed += 1;
    const flight = Promise.withResolvers<Kept | null>();
    flights.set(key, flight.promise);
    try {
      const { response, kept } = await fly(request, context, identity, question, key);
      flight.resolve(kept);
      return response;
    } finally {
      flight.resolve(null);
      if (flights.get(key) === flight.promise) flights.delete(key);
    }
  };

  return {
    async answer(request, context) {
      const { headers } = request;
      if (!mayBeKept(request.method, (name) => headers.get(name)) || isCrossOrigin(headers, new URL(request.url).host) || !isTrusted()) {
        return execute(request, context);
      }
      const identity = await whoAsks(request, context);
      if (identity === null) return execute(request, context);
      const body = context.bodyText ?? (await request.text());
      const unread = context.bodyText === undefined ? withBody(request, body) : request;
      const question = questionOf(body);
      if (question === null) return execute(unread, context);
      return answerQuestion(unread, context, identity, question, keyOf(identity, question, headers.get('accept') ?? ''));
    },
    find(identity, body, accept) {
      if (!isTrusted()) return null;
      const question = questionOf(body);
      return question === null ? null : find(keyOf(identity, question, accept));
    },
    facts: () => ({ ...cache.facts(), ...counts }),
  };
}

const withBody = ({ url, method, headers, signal }: Request, body: string): Request => new Request(url, { method, headers, signal, body });
