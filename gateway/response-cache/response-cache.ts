/**
 * Answers that all gateways share, behind the interface of @envelop/response-cache: what a question is answered with, what an answer is kept with, and when
 * neither is worth the request. Whatever goes wrong is a miss. Edge safe.
 */
import type { Cache, CacheEntityRecord } from '@envelop/response-cache';
import { kindOfId, type TenantId } from '../../domain/ids.ts';
import type { Changes } from '../../platform/cache/changes.ts';
import type { SharedAnswerFound, SharedAnswers } from '../../platform/cache/shared-answers.ts';
import type { Clock } from '../../platform/clock.ts';
import type { ViewRef } from '../../platform/read-models/read-models.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { NotedReads } from '../../resolvers/reads.ts';
import { within } from '../../resolvers/within.ts';
import type { CacheFacts } from '../metrics.ts';
import type { Attempt, ServerContext } from '../request-context.ts';
import { createBehind } from './behind.ts';
import { noteParts, partsOf } from './parts.ts';
import { createWorth, type Effort } from './worth.ts';

export interface ResponseCacheOptions {
  readonly answers: SharedAnswers;
  readonly changes: Changes;
  /** The version below which nobody may be shown a view; 0: any will do. */
  readonly floorOf: (ref: ViewRef) => number;
  /** Whose objects are views, each with an id that says its kind. */
  readonly isViewType: (typename: string) => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** An execution that may be answered by somebody else's, or for others. */
export interface Execution {
  readonly tenant: TenantId;
  readonly attempt: Attempt;
  readonly afterwards: ServerContext['afterwards'];
}

export interface ResponseCache {
  /** False where neither a question nor an answer is worth the request, or where the store was away a moment ago. */
  isWorth(attempt: Attempt): boolean;
  cacheFor(execution: Execution): Cache;
  /** The execution is over. */
  executed(attempt: Attempt): void;
  /** Resolves once what is on its way into the store is there. */
  idle(): Promise<void>;
  facts(): CacheFacts;
}

/** What takes longer is no help. */
const GET_MS = 100;
const SET_MS = 2_000;
/** Behind a failure nothing is asked for so long. */
const REST_MS = 1_000;
const SETS_MAX = 64;
const CHARACTERS_MAX = 100_000;
/** What goes sooner is not worth its way. */
const TTL_MS_MIN = 1_000;

const effortOf = ({ farReads, versions }: NotedReads): Effort => ({ requests: farReads, views: versions.size });

export function createResponseCache({ answers, changes, floorOf, isViewType, clock, logger }: ResponseCacheOptions): ResponseCache {
  const counts = { hits: 0, missed: 0, refused: 0, dropped: 0, failed: 0, readBytes: 0, writtenBytes: 0 };
  const worth = createWorth();
  const found = new WeakSet<Attempt>();
  let restsUntilMs = 0;

  const isResting = (): boolean => performance.now() < restsUntilMs;
  const failed = (error: unknown): void => {
    counts.failed += 1;
    restsUntilMs = performance.now() + REST_MS;
    logger.warn({ error: String(error) }, 'the shared answers cannot be reached; answers are made without them');
  };
  const behind = createBehind({ max: SETS_MAX, onError: failed });

  const look = async (tenant: TenantId, key: string): Promise<SharedAnswerFound> => {
    try {
      return await within(GET_MS, answers.get(tenant, key));
    } catch (error) {
      failed(error);
      return { state: 'NONE' };
    }
  };
  /** What others made, where nothing newer is known here. */
  const accepted = async ({ tenant, attempt: { reads } }: Execution, key: string): Promise<string | null> => {
    const answer = await look(tenant, key);
    if (answer.state === 'MOVED') counts.dropped += 1;
    if (answer.state !== 'KEPT' || !noteParts(answer.parts, reads, changes, tenant, floorOf)) return null;
    reads.until(clock.now().getTime() + answer.ttlMs);
    counts.readBytes += answer.text.length;
    return answer.text;
  };
  /** Whatever view the answer shows somebody noted that it was read: else nobody would end it. */
  const areNoted = (entities: Iterable<CacheEntityRecord>, { tenant, attempt: { reads } }: Execution): boolean =>
    [...entities].every(({ typename, id }) => {
      if (id === undefined || !isViewType(typename)) return true;
      const kind = kindOfId(String(id));
      return kind !== null && reads.tags.has(changes.tagOfView({ tenant, kind, id: String(id) }));
    });
  const keep = async (tenant: TenantId, key: string, data: unknown, parts: NonNullable<ReturnType<typeof partsOf>>, ttlMs: number): Promise<void> => {
    const text = JSON.stringify(data);
    if (text.length > CHARACTERS_MAX) return;
    if (await within(SET_MS, answers.set(tenant, key, { text, parts }, ttlMs))) counts.writtenBytes += text.length;
    else counts.refused += 1;
  };

  return {
    isWorth: ({ document }) => !isResting() && worth.isWorth(document),
    cacheFor(execution) {
      const { tenant, attempt, afterwards } = execution;
      const { reads, document } = attempt;
      return {
        async get(key) {
          const text = await accepted(execution, key);
          worth.asked(document, text !== null);
          if (text === null) {
            counts.missed += 1;
            return null;
          }
          counts.hits += 1;
          found.add(attempt);
          return { data: JSON.parse(text) as Record<string, unknown> };
        },
        set(key, { data }, entities, ttl) {
          if (!worth.learn(document, effortOf(reads)) || isResting()) return;
          const parts = areNoted(entities, execution) ? partsOf(reads, changes, tenant) : null;
          const ttlMs = Math.min(ttl * (0.9 + Math.random() / 10), reads.untilMs - clock.now().getTime());
          if (parts === null || ttlMs < TTL_MS_MIN) counts.refused += 1;
          else behind.run(() => keep(tenant, key, data, parts, ttlMs), afterwards);
        },
        // What is true comes by events, and the store compares with it by itself.
        invalidate: () => undefined,
      };
    },
    executed(attempt) {
      // What was found took no requests, which says nothing of its document.
      if (!found.has(attempt)) worth.learn(attempt.document, effortOf(attempt.reads));
    },
    idle: () => behind.idle(),
    facts: () => ({ entries: 0, bytes: 0, joined: 0, evicted: 0, stale: 0, refreshed: 0, ...counts }),
  };
}
