/**
 * Read models in Redis over the Upstash REST protocol. Edge safe. Every call is one request.
 *
 * Keys begin `{tenant}:g<generation>:` (the braces keep a tenant in one cluster slot), then
 * `v:<kind>:<id>` a view: hash of v(ersion), d(ocument), x (index text); `i:<kind>:<order>:<facet>` a list: members `<sort key>NUL<id>`;
 * `w:<kind>` words: members `<word>NUL<id>`; `e:<collection>:<id>` entries: `<n>:<document>` by n.
 */
import type { TenantId } from '../../domain/ids.ts';
import type { RestRedis } from '../redis-rest-client.ts';
import { byTenant, rejoin } from './by-tenant.ts';
import { idOfMember } from './index-text.ts';
import { checkPut, planList, WORD_CANDIDATES_MAX } from './list-plan.ts';
import type { EntryRef, ListPage, ListQuery, ReadModels, StoredView, ViewPut, ViewRef } from './read-models.ts';
import { ReadModelsUnavailableError } from './read-models.ts';
import { arrayIn, numberIn, sendAll, textIn } from './redis-calls.ts';
import { redisIndexText } from './redis-index-text.ts';
import { APPEND_ENTRIES } from './redis-scripts/append-entries.ts';
import { GET_VIEWS } from './redis-scripts/get-views.ts';
import { LIST_VIEWS } from './redis-scripts/list-views.ts';
import { PUT_VIEWS } from './redis-scripts/put-views.ts';

/** One run of a script holds Redis up for all: these keep it to a few milliseconds. */
const VIEWS_PER_SCRIPT = 100;
const REFS_PER_SCRIPT = 500;

interface UpstashReadModelsOptions {
  readonly client: RestRedis;
  /** Another generation is another, empty set of read models beside this one; 1 if absent. */
  readonly generation?: number | undefined;
  /** A list page looks at about this many views at most, then it ends where it is; 5,000 if absent. */
  readonly scanMax?: number | undefined;
}

const putArguments = (view: ViewPut): (string | number)[] => [view.kind, view.id, view.version, view.ttlSeconds ?? 0, redisIndexText(view.index), view.doc];

function viewsIn(result: unknown): (StoredView | null)[] {
  const flat = arrayIn(result);
  return Array.from({ length: flat.length / 2 }, (_, at) => {
    const version = flat[2 * at];
    return version === null ? null : { version: numberIn(version), doc: textIn(flat[2 * at + 1]) };
  });
}

function pageIn(result: unknown): ListPage {
  const [more, endCursor, ...flat] = arrayIn(result);
  const items = Array.from({ length: flat.length / 3 }, (_, at) => {
    const cursor = textIn(flat[3 * at + 2]);
    return { id: idOfMember(cursor), version: numberIn(flat[3 * at]), doc: textIn(flat[3 * at + 1]), cursor };
  });
  return { items, endCursor: endCursor === null ? null : textIn(endCursor), hasNextPage: more === 1 };
}

function entryIn(member: unknown): { n: number; doc: string } {
  const text = textIn(member);
  const cut = text.indexOf(':');
  return { n: numberIn(text.slice(0, cut)), doc: text.slice(cut + 1) };
}

export function createUpstashReadModels({ client, generation = 1, scanMax = 5000 }: UpstashReadModelsOptions): ReadModels {
  const scripts = { put: client.script(PUT_VIEWS), get: client.script(GET_VIEWS), list: client.script(LIST_VIEWS), append: client.script(APPEND_ENTRIES) };
  const prefix = (tenant: TenantId): string => `{${tenant}}:g${generation}:`;
  const entriesKey = ({ tenant, collection, id }: EntryRef): string => `${prefix(tenant)}e:${collection}:${id}`;
  const putCall = (tenant: TenantId, mode: 'newer' | 'absent', views: readonly ViewPut[]) =>
    scripts.put.call([prefix(tenant)], [mode, ...views.flatMap(putArguments)]);
  const getCall = (tenant: TenantId, refs: readonly ViewRef[]) =>
    scripts.get.call(
      [prefix(tenant)],
      refs.map(({ kind, id }) => `${kind}:${id}`),
    );

  return {
    async put(views) {
      views.forEach(checkPut);
      const parts = byTenant(views, VIEWS_PER_SCRIPT);
      const calls = parts.map(({ tenant, items }) => putCall(tenant, 'newer', items));
      const answers = await sendAll(client, calls);
      return rejoin(
        parts,
        answers.map((answer) => arrayIn(answer).map((taken) => taken === 1)),
      );
    },
    async putIfAbsent(view) {
      checkPut(view);
      const [, found] = await sendAll(client, [putCall(view.tenant, 'absent', [view]), getCall(view.tenant, [view])]);
      const [kept] = viewsIn(found);
      if (!kept) throw new ReadModelsUnavailableError('what was just put is gone');
      return kept;
    },
    async get(refs) {
      const parts = byTenant(refs, REFS_PER_SCRIPT);
      const calls = parts.map(({ tenant, items }) => getCall(tenant, items));
      return rejoin(parts, (await sendAll(client, calls)).map(viewsIn));
    },
    async list(query: ListQuery) {
      const plan = { ...planList(query), scanMax, wordCandidatesMax: WORD_CANDIDATES_MAX };
      const [page] = await sendAll(client, [scripts.list.call([prefix(query.tenant)], [JSON.stringify(plan)])]);
      return pageIn(page);
    },
    async append(entries) {
      const parts = byTenant(entries, REFS_PER_SCRIPT);
      const flat = ({ collection, id, n, doc }: (typeof entries)[number]) => [`${collection}:${id}`, n, doc];
      const calls = parts.map(({ tenant, items }) => scripts.append.call([prefix(tenant)], items.flatMap(flat)));
      await sendAll(client, calls);
    },
    async entries(ref, { first, before }) {
      const upper = before === undefined ? '+inf' : `(${before}`;
      const [members] = await sendAll(client, [['ZREVRANGEBYSCORE', entriesKey(ref), upper, '-inf', 'LIMIT', 0, first]]);
      return arrayIn(members).map(entryIn);
    },
    async removeEntries(refs) {
      const calls = byTenant(refs, REFS_PER_SCRIPT).map(({ items }) => ['UNLINK', ...items.map(entriesKey)]);
      await sendAll(client, calls);
    },
    async check() {
      await sendAll(client, [['PING']]);
    },
    async close() {},
  };
}
