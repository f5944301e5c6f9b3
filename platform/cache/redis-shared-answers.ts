/**
 * Shared answers in Redis over the Upstash REST protocol, beside the views and lists that they are made of: one script compares and gives out, or compares and
 * takes in. In the generation that serves (generation-access.ts): a new one begins empty. Whatever is kept expires; nothing points to it. Edge safe.
 */
import type { RestRedis } from '../redis-rest-client.ts';
import { inLiveGenerations, inOneGeneration, type Job } from '../read-models/generation-access.ts';
import type { ListQuery } from '../read-models/read-models.ts';
import { arrayIn, numberIn, textIn } from '../read-models/redis-calls.ts';
import { keyPrefix } from '../read-models/redis-keys.ts';
import type { AnswerParts, EntriesRead, SharedAnswers } from './shared-answers.ts';
import { GET_ANSWER, SET_ANSWER } from './redis-scripts/shared-answers.ts';

interface RedisSharedAnswersOptions {
  readonly client: RestRedis;
  /** Always this one; absent: the one that serves. While none does, nothing is kept. */
  readonly generation?: number | undefined;
}

export function createRedisSharedAnswers({ client, generation }: RedisSharedAnswersOptions): SharedAnswers {
  const scripts = { get: client.script(GET_ANSWER), set: client.script(SET_ANSWER) };
  const access = generation === undefined ? inLiveGenerations(client) : inOneGeneration(client, generation);
  const run = async (job: Job['in']): Promise<unknown> => (await access.read([{ kept: false, in: job }]))[0];
  return {
    async get(tenant, key) {
      const found = await run((in_) => scripts.get.call([keyPrefix(tenant, in_)], [key]));
      if (found === null || found === undefined) return { state: 'NONE' };
      if (found === 0) return { state: 'MOVED' };
      const [parts, text, ttlMs] = arrayIn(found);
      return { state: 'KEPT', text: textIn(text), parts: partsIn(textIn(parts)), ttlMs: numberIn(ttlMs) };
    },
    async set(tenant, key, { text, parts }, ttlMs) {
      const args = [key, partsText(parts), text, Math.ceil(ttlMs)];
      return (await run((in_) => scripts.set.call([keyPrefix(tenant, in_)], args))) === 1;
    },
  };
}

/** As the scripts read it (v, l, e), and what only gateways do (q: the lists' queries). */
interface PartsJson {
  readonly v: readonly string[];
  readonly l: readonly string[];
  readonly e: readonly (string | number)[];
  readonly q: readonly ListQuery[];
}

const upperOf = ({ before }: EntriesRead): string => (before === undefined ? '+inf' : `(${before}`);

function partsText({ views, lists, entries }: AnswerParts): string {
  const parts: PartsJson = {
    v: views.flatMap(({ kind, id, version }) => [`${kind}:${id}`, version === null ? '' : String(version)]),
    l: lists.flatMap(({ query, edition }) => [query.kind, edition]),
    e: entries.flatMap((read) => [`${read.collection}:${read.id}`, read.first, upperOf(read), read.found.join(',')]),
    q: lists.map(({ query }) => query),
  };
  return JSON.stringify(parts);
}

function partsIn(text: string): AnswerParts {
  const { v, l, e, q } = JSON.parse(text) as PartsJson;
  return {
    views: Array.from({ length: v.length / 2 }, (_, at) => {
      const [kind, id] = namesIn(v[2 * at]);
      const version = v[2 * at + 1] ?? '';
      return { kind: kind as ListQuery['kind'], id, version: version === '' ? null : Number(version) };
    }),
    lists: q.map((query, at) => ({ query, edition: l[2 * at + 1] ?? '' })),
    entries: Array.from({ length: e.length / 4 }, (_, at) => entriesIn(e.slice(4 * at, 4 * at + 4))),
  };
}

function entriesIn([name, first, upper, found]: readonly (string | number)[]): EntriesRead {
  const [collection, id] = namesIn(name);
  const before = upper === '+inf' ? {} : { before: Number(String(upper).slice(1)) };
  const numbers = found === '' ? [] : String(found).split(',').map(Number);
  return { collection: collection as EntriesRead['collection'], id, first: Number(first), ...before, found: numbers };
}

function namesIn(name: string | number | undefined): readonly [string, string] {
  const text = String(name);
  const cut = text.indexOf(':');
  return [text.slice(0, cut), text.slice(cut + 1)];
}
