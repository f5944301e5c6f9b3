/**
 * What the answer to a GET says of itself: its entity tag, and who may hold it for how long. Most of it is prepared once for each kept answer. A
 * cache that many share is given an answer only where the schema says that nothing in it is personal, where the answer is kept (whole, asked without
 * a consistency token, behind fences), and where that cache can be told when it changes (ADR 21). Edge safe.
 */
import type { Identity } from '../../resolvers/context.ts';
import { andThen, type MaybePromise } from '../../resolvers/maybe-promise.ts';
import type { Kept } from '../byte-cache/byte-cache.ts';
import type { ForCaches, SharedCaches } from '../cdn/shared-caches.ts';
import type { DirectAnswer } from './direct-graphql.ts';
import { entityTagOf } from './entity-tags.ts';

export interface GetHeaders {
  /** The entity tag's opaque part; null where the answer has none. */
  readonly tag: string | null;
  /** All others, in small letters. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface GetHeadersOptions {
  readonly nowMs: () => number;
  /** Absent: there are none, or none that can be told to forget. */
  readonly sharedCaches?: SharedCaches | undefined;
}

export type GetHeadersOf = (answer: DirectAnswer, identity: Identity) => MaybePromise<GetHeaders>;

/** Leads are people: nobody on the way may keep an answer, nor a browser. What is kept is kept here, where changes are heard of. */
export const PRIVATE_HEADERS = { 'cache-control': 'private, no-store' } as const;
/** All that an answer depends on beside the address, and what keeps a request with a consistency token from being answered on the way. */
const VARY = 'authorization, accept, accept-encoding, x-consistency-token';
/** A browser may hold it and asks each time whether it still holds. */
const ASK_AGAIN = { 'cache-control': 'private, no-cache', vary: VARY } as const;

/** Of one kept answer. */
interface Prepared {
  readonly own: GetHeaders;
  readonly shared: Shared | null;
}

interface Shared {
  readonly forCaches: ForCaches;
  readonly seconds: number;
  readonly untilMs: number;
  /** For as long as the schema allows. */
  readonly whole: GetHeaders;
}

export function createGetHeaders({ nowMs, sharedCaches }: GetHeadersOptions): GetHeadersOf {
  const known = new WeakMap<Kept, MaybePromise<Prepared>>();
  const prepare = async (kept: Kept): Promise<Prepared> => {
    const tag = await entityTagOf(kept);
    const { sharing } = kept;
    const own = { tag, headers: sharing === null ? PRIVATE_HEADERS : ASK_AGAIN };
    if (sharing === null || sharedCaches === undefined) return { own, shared: null };
    const { seconds, untilMs } = sharing;
    const forCaches = await sharedCaches.prepare(sharing);
    return { own, shared: { forCaches, seconds, untilMs, whole: sharedHeaders(tag, seconds, forCaches) } };
  };
  const preparedFor = (kept: Kept): MaybePromise<Prepared> => {
    const seen = known.get(kept);
    if (seen !== undefined) return seen;
    const prepared = prepare(kept).then((done) => {
      known.set(kept, done);
      return done;
    });
    known.set(kept, prepared);
    return prepared;
  };
  const headersOf = ({ own, shared }: Prepared, { expiresAtMs }: Identity): GetHeaders => {
    if (shared === null) return own;
    const { seconds, untilMs, forCaches, whole } = shared;
    const now = nowMs();
    // Nobody asks whether the token is good while a cache answers.
    const left = Math.floor((Math.min(untilMs, expiresAtMs) - now) / 1_000);
    if (left <= 0 || !forCaches.handOut()) return own;
    return left >= seconds ? whole : sharedHeaders(own.tag, left, forCaches);
  };
  return (answer, identity) => {
    if (!('bytes' in answer)) return madeHeaders(answer);
    return andThen(preparedFor(answer), (prepared) => headersOf(prepared, identity));
  };
}

async function madeHeaders(answer: DirectAnswer): Promise<GetHeaders> {
  return { tag: await entityTagOf(answer), headers: PRIVATE_HEADERS };
}

/** `public` and `s-maxage` let shared caches hold what was asked for with Authorization (RFC 9111, 3.5); browsers ask again. */
const sharedHeaders = (tag: string | null, seconds: number, { cacheTag }: ForCaches): GetHeaders => ({
  tag,
  headers: { 'cache-control': `public, max-age=0, s-maxage=${seconds}, must-revalidate`, vary: VARY, 'cache-tag': cacheTag },
});
