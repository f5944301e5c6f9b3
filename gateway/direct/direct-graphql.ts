/**
 * The way of a query or a mutation that comes as one JSON body: a kept answer (L0), an equal question that is being answered, a compiled operation over
 * what is in memory (L1) or has to be read, and where that is not enough GraphQL itself. No Request and no Response on the way. Edge safe.
 */
import type { Changes } from '../../platform/cache/changes.ts';
import type { Authority } from '../../schema/authority.ts';
import type { Identity, RequestContext } from '../../resolvers/context.ts';
import { andThen, type MaybePromise } from '../../resolvers/maybe-promise.ts';
import { createReads, type NotedReads } from '../../resolvers/reads.ts';
import { answerOf, type ByteCache, type Kept } from '../byte-cache/byte-cache.ts';
import { observed } from '../byte-cache/observed.ts';
import { freshnessHeaders, freshnessOf } from '../freshness.ts';
import type { CacheFacts, GatewayMetrics } from '../metrics.ts';
import type { OperationParams } from '../operation.ts';
import type { Attempt, OperationScope, ServerContext } from '../request-context.ts';
import { contentTypeOf, mediaTypeFor, type MediaType } from './media-type.ts';
import { keyFor, type Question, type QuestionOf } from './question.ts';
import { within } from '../../resolvers/within.ts';
import type { CompiledOperation } from '../compiled/compile.ts';
import type { Variables } from '../compiled/selection.ts';
import type { MadeAnswer } from './through-plugins.ts';

/** A request whose method, headers and origin were looked at. */
export interface Asked extends ServerContext {
  readonly identity: Identity;
  readonly body: string;
  /** The header; '' where there is none. */
  readonly accept: string;
  /** True: only queries are answered (GET). */
  readonly readsOnly?: boolean | undefined;
}

/** Kept bytes, or text that was made for this request. */
export type DirectAnswer = Kept | MadeAnswer;

export interface DirectGraphqlOptions {
  readonly questionOf: QuestionOf;
  readonly createContext: (scope: OperationScope) => object;
  readonly throughPlugins: (params: OperationParams, context: ServerContext, mediaType: MediaType) => Promise<MadeAnswer>;
  readonly metrics?: GatewayMetrics | undefined;
  /** Absent: every answer is made anew. */
  readonly keeping?: Keeping | undefined;
}

export interface Keeping {
  readonly cache: ByteCache;
  readonly changes: Changes;
  /** LiveFeed.isTrusted: while changes may go unheard nothing is taken from the cache, and nothing put into it. */
  readonly isTrusted: () => boolean;
}

export interface DirectGraphql {
  /** Null where the request is not for here: it streams, or something is wrong with it that Yoga tells best. */
  answer(asked: Asked): MaybePromise<DirectAnswer | null>;
  /** Of kept answers. */
  facts(): CacheFacts;
}

type Make = (asked: Asked, question: Question, mediaType: MediaType, attempt?: Attempt) => MaybePromise<MadeAnswer>;

export function createDirectGraphql(options: DirectGraphqlOptions): DirectGraphql {
  const make = createMaker(options);
  const kept = options.keeping && createKeptAnswers(options.keeping, make, options.metrics);
  return {
    answer(asked) {
      const question = options.questionOf(asked.body);
      const mediaType = mediaTypeFor(asked.accept);
      if (question === null || mediaType === null || (asked.readsOnly && question.type !== 'query')) return null;
      const { authority } = question;
      if (asked.explains === true) return options.throughPlugins(question.params, { ...asked, l0: kept?.wouldHit(asked, question, mediaType) }, mediaType);
      // A consistency token asks for what is newest.
      const isShared = kept !== undefined && authority !== null && asked.consistencyToken === undefined && kept.isTrusted();
      return isShared ? kept.answer(asked, question, authority, mediaType) : make(asked, question, mediaType);
    },
    facts: () => kept?.facts() ?? { entries: 0, bytes: 0, refused: 0, dropped: 0, evicted: 0, hits: 0, joined: 0, missed: 0, stale: 0, refreshed: 0 },
  };
}

/** Answers anew. */
function createMaker({ createContext, throughPlugins, metrics }: DirectGraphqlOptions): Make {
  const contextFor = (asked: Asked, actsOnce: boolean, attempt?: Attempt): RequestContext => {
    const { identity, requestId, consistencyToken, traceparent, lastEventId, afterwards } = asked;
    return createContext({
      identity: attempt === undefined ? identity : observed(identity, attempt.authority, attempt.reads),
      actsOnce,
      requestId,
      consistencyToken,
      traceparent,
      lastEventId,
      afterwards,
      reads: attempt?.reads,
    }) as RequestContext;
  };

  return (asked, question, mediaType, attempt) => {
    const query = question.compiled?.query() ?? null;
    if (question.compiled === null || query === null) return throughPlugins(question.params, { ...asked, attempt }, mediaType);
    const startedMs = performance.now();
    const resolverContext = contextFor(asked, question.type === 'mutation', attempt);
    return andThen(textOf(query, resolverContext, question.compiled.variables), (text) => {
      // What the first run has read, or could not read, the second one finds in its loaders; what it did is not done again.
      if (text === null) return throughPlugins(question.params, { ...asked, attempt, resolverContext }, mediaType);
      metrics?.operation({ name: question.name, type: question.type, failed: false, durationMs: performance.now() - startedMs });
      const headers = { 'content-type': contentTypeOf(mediaType) };
      const freshness = freshnessOf(resolverContext);
      if (freshness === undefined) return { status: 200, headers, text: `{"data":${text}}`, isWhole: true };
      const named = `{"data":${text},"extensions":${JSON.stringify({ freshness })}}`;
      return { status: 200, headers: { ...headers, ...freshnessHeaders(freshness, resolverContext.ports.clock.now()) }, text: named, isWhole: false };
    });
  };
}

/** Null where the answer would hold an error. Nothing is swallowed: GraphQL meets it again and tells. */
function textOf(query: CompiledOperation, context: RequestContext, variables: Variables): MaybePromise<string | null> {
  try {
    const text = query.run(context, variables);
    return typeof text === 'string' ? text : text.catch(() => null);
  } catch {
    return null;
  }
}

/** An answer that is being made for several at once. */
interface Flight {
  /** Null where it went wrong, or where a change came meanwhile: it may be older than who joined. */
  readonly kept: Promise<Kept | null>;
  readonly reads: NotedReads;
}

type Ask = (
  asked: Asked,
  question: Question,
  mediaType: MediaType,
  about: { readonly key: string; readonly authority: Authority },
) => MaybePromise<DirectAnswer>;

/** A second one for those whose first ended in nothing: one of them makes the answer for all. */
const JOINS_MAX = 2;
/** How long somebody waits for another one's answer before making its own. */
const JOIN_MS = 2_000;

/** Answers that are kept, and those that are being made for several at once. */
function createKeptAnswers({ cache, changes, isTrusted }: Keeping, make: Make, metrics: GatewayMetrics | undefined) {
  const counts = { hits: 0, joined: 0, missed: 0 };
  /** By key. */
  const flights = new Map<string, Flight>();

  const keep = (key: string, { sharedSeconds }: Question, { text, headers, isWhole }: MadeAnswer, reads: NotedReads): Kept | null => {
    if (!isWhole || !reads.isKeepable || !isTrusted()) return null;
    const { tags, untilMs } = reads;
    const sharing = sharedSeconds === 0 ? null : { seconds: sharedSeconds, tags, untilMs, goodAt: changes.epochs.now() };
    return cache.keep(key, answerOf(text, headers['content-type'] ?? '', sharing), reads);
  };
  const find = (key: string, { name }: Question): Kept | undefined => {
    const known = cache.find(key);
    if (known === undefined) return undefined;
    counts.hits += 1;
    metrics?.operationKept(name);
    return known;
  };
  /** Undefined where there is none, or where it is known already that nobody but its first asker can use its answer. */
  const usableFlight = (key: string): Flight | undefined => {
    const flight = flights.get(key);
    return flight !== undefined && flight.reads.isKeepable && !changes.epochs.hasMoved(flight.reads.tags, flight.reads.since) ? flight : undefined;
  };

  const lead: Ask = (asked, question, mediaType, { key, authority }) => {
    counts.missed += 1;
    const reads = createReads(changes, asked.identity.tenant);
    const made = make(asked, question, mediaType, { reads, authority, document: question.params.query, text: question.text });
    if (!(made instanceof Promise)) return keep(key, question, made, reads) ?? made;
    const kept = made.then((answer) => keep(key, question, answer, reads));
    const flight: Flight = { reads, kept: kept.catch(() => null).finally(() => void (flights.get(key) === flight && flights.delete(key))) };
    flights.set(key, flight);
    return kept.then((known): MaybePromise<DirectAnswer> => known ?? made);
  };
  /** `joins`: how many flights may still be joined. */
  const ask = (joins: number, ...about: Parameters<Ask>): MaybePromise<DirectAnswer> => {
    const [, question, , { key }] = about;
    const flight = joins > 0 ? usableFlight(key) : undefined;
    if (flight === undefined) return lead(...about);
    counts.joined += 1;
    return within(JOIN_MS, flight.kept)
      .catch(() => null)
      .then((shared): MaybePromise<DirectAnswer> => {
        if (shared !== null) metrics?.operationKept(question.name);
        return shared ?? find(key, question) ?? ask(joins - 1, ...about);
      });
  };

  return {
    isTrusted,
    answer(asked: Asked, question: Question, authority: Authority, mediaType: MediaType): MaybePromise<DirectAnswer> {
      const key = keyFor(asked.identity, authority, question, mediaType);
      return find(key, question) ?? ask(JOINS_MAX, asked, question, mediaType, { key, authority });
    },
    /** Looks without touching anything. Undefined where the answer is nobody else's, or nothing is taken from here at the moment. */
    wouldHit({ identity, consistencyToken }: Asked, question: Question, mediaType: MediaType): 'WOULD_HIT' | 'WOULD_MISS' | undefined {
      const { authority } = question;
      if (authority === null || consistencyToken !== undefined || !isTrusted()) return undefined;
      return cache.has(keyFor(identity, authority, question, mediaType)) ? 'WOULD_HIT' : 'WOULD_MISS';
    },
    facts: (): CacheFacts => ({ ...cache.facts(), ...counts, stale: 0, refreshed: 0 }),
  };
}
