/** Shared answers in memory, over read models in the same memory: for tests of what goes by them. Bound by their number. */
import { LRUCache } from 'lru-cache';
import type { TenantId } from '../../domain/ids.ts';
import type { Clock } from '../clock.ts';
import { systemClock } from '../clock.ts';
import type { ReadModels } from '../read-models/read-models.ts';
import type { AnswerParts, SharedAnswer, SharedAnswers } from './shared-answers.ts';

interface Kept extends SharedAnswer {
  readonly untilMs: number;
}

const ANSWERS_MAX = 1_000;

export interface MemorySharedAnswersOptions {
  readonly readModels: Pick<ReadModels, 'get' | 'list' | 'entries'>;
  readonly clock?: Clock | undefined;
}

export function createMemorySharedAnswers({ readModels, clock = systemClock }: MemorySharedAnswersOptions): SharedAnswers {
  const kept = new LRUCache<string, Kept>({ max: ANSWERS_MAX });
  const nowMs = (): number => clock.now().getTime();
  const placeOf = (tenant: TenantId, key: string): string => `${tenant}\0${key}`;
  return {
    async get(tenant, key) {
      const place = placeOf(tenant, key);
      const answer = kept.get(place);
      if (answer === undefined || answer.untilMs <= nowMs()) return { state: 'NONE' };
      const { text, parts, untilMs } = answer;
      if (await isAsRead(readModels, tenant, parts)) return { state: 'KEPT', text, parts, ttlMs: untilMs - nowMs() };
      if (kept.peek(place) === answer) kept.delete(place);
      return { state: 'MOVED' };
    },
    async set(tenant, key, { text, parts }, ttlMs) {
      if (!(await isAsRead(readModels, tenant, parts))) return false;
      kept.set(placeOf(tenant, key), { text, parts, untilMs: nowMs() + ttlMs });
      return true;
    },
  };
}

type Models = MemorySharedAnswersOptions['readModels'];

async function isAsRead(readModels: Models, tenant: TenantId, { views, lists, entries }: AnswerParts): Promise<boolean> {
  const [versions, editions, found] = await Promise.all([
    readModels.get(views.map(({ kind, id }) => ({ tenant, kind, id }))),
    Promise.all(lists.map(({ query }) => readModels.list({ ...query, tenant, first: 1 }))),
    Promise.all(entries.map(({ collection, id, first, before }) => readModels.entries({ tenant, collection, id }, { first, before }))),
  ]);
  return (
    views.every(({ version }, at) => (versions[at]?.version ?? null) === version) &&
    lists.every(({ edition }, at) => editions[at]?.edition === edition) &&
    entries.every((read, at) => String(found[at]?.map(({ n }) => n)) === String(read.found))
  );
}
