/**
 * Read models in Redis over the Upstash REST protocol. Edge safe. Every call is one request (generation-access.ts says when it is two).
 *
 * Keys begin `{tenant}:g<generation>:` (the braces keep a tenant in one cluster slot; generation 0 holds what no event makes), then
 * `v:<kind>:<id>` a view: hash of v(ersion), d(ocument), x (index text); `i:<kind>:<order>:<facet>` a list: members `<sort key>NUL<id>`;
 * `w:<kind>` words: members `<word>NUL<id>`; `e:<collection>:<id>` entries: `<n>:<document>` by n; `t:<kind>` totals: a number by name; `editions` of the lists:
 * a number by kind.
 */
import type { RestRedis, RestScript } from '../redis-rest-client.ts';
import { byTenant, rejoin, type TenantPart } from './by-tenant.ts';
import { inLiveGenerations, inOneGeneration, type Job } from './generation-access.ts';
import { cleanText, idOfMember } from './index-text.ts';
import { checkPut, checkTotals, planList, WORD_CANDIDATES_MAX } from './list-plan.ts';
import type { EntryRef, ListPage, ListQuery, ReadModels, StoredView, ViewPut, ViewRef } from './read-models.ts';
import { ReadModelsUnavailableError } from './read-models.ts';
import { arrayIn, numberIn, sendAll, textIn } from './redis-calls.ts';
import { isKept, keyPrefix } from './redis-keys.ts';
import { redisIndexText } from './redis-index-text.ts';
import { APPEND_ENTRIES } from './redis-scripts/append-entries.ts';
import { GET_VIEWS } from './redis-scripts/get-views.ts';
import { LIST_VIEWS } from './redis-scripts/list-views.ts';

/** One run of a script holds Redis up for all: these keep it to a few milliseconds. */
const VIEWS_PER_SCRIPT = 25;
const REFS_PER_SCRIPT = 500;

interface UpstashReadModelsOptions {
  readonly client: RestRedis;
  /**
   * Always this one, whatever the pointer names: for who builds or compares it. Absent: those that the pointer names. Without any, views
   * are nowhere (null) and lists and entries throw a ReadModelsUnavailableError: an empty list would be a lie.
   */
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
  const [more, endCursor, edition, ...flat] = arrayIn(result);
  const items = Array.from({ length: flat.length / 3 }, (_, at) => {
    const cursor = textIn(flat[3 * at + 2]);
    return { id: idOfMember(cursor), version: numberIn(flat[3 * at]), doc: textIn(flat[3 * at + 1]), cursor };
  });
  return { items, endCursor: endCursor === null ? null : textIn(endCursor), hasNextPage: more === 1, edition: edition === null ? undefined : textIn(edition) };
}

function entryIn(member: unknown): { n: number; doc: string } {
  const text = textIn(member);
  const cut = text.indexOf(':');
  return { n: numberIn(text.slice(0, cut)), doc: text.slice(cut + 1) };
}

const UNTRUSTED = 'the views are being rebuilt from the events: what the read models hold is not whole';

export function createUpstashReadModels({ client, generation, scanMax = 5000 }: UpstashReadModelsOptions): ReadModels {
  const scripts = { get: client.script(GET_VIEWS), list: client.script(LIST_VIEWS), append: client.script(APPEND_ENTRIES) };
  const access = generation === undefined ? inLiveGenerations(client) : inOneGeneration(client, generation);
  /** Loaded with the first write: who only reads need not have it (ADR 22). */
  let putting: Promise<RestScript> | undefined;
  const putScript = (): Promise<RestScript> => (putting ??= import('./redis-scripts/put-views.ts').then(({ PUT_VIEWS }) => client.script(PUT_VIEWS)));
  const putJob = (put: RestScript, mode: 'newer' | 'absent', { tenant, apart, items }: TenantPart<ViewPut>): Job => {
    const args = [mode, ...items.flatMap(putArguments)];
    return { kept: apart, in: (in_) => put.call([keyPrefix(tenant, in_)], args) };
  };
  const getJob = ({ tenant, apart, items }: TenantPart<ViewRef>): Job => {
    const names = items.map(({ kind, id }) => `${kind}:${id}`);
    return { kept: apart, in: (in_) => scripts.get.call([keyPrefix(tenant, in_)], names) };
  };
  const entriesKey = ({ tenant, collection, id }: EntryRef, in_: number): string => `${keyPrefix(tenant, in_)}e:${collection}:${id}`;

  return {
    async put(views) {
      views.forEach(checkPut);
      const parts = byTenant(views, VIEWS_PER_SCRIPT, isKept);
      const put = await putScript();
      const answers = await access.write(parts.map((part) => putJob(put, 'newer', part)));
      return rejoin(
        parts,
        // Where no generation lives nothing newer can stand there: the one to come is built from the events.
        answers.map((answer, at) => (answer === undefined ? (parts[at]?.items ?? []).map(() => true) : arrayIn(answer).map((taken) => taken === 1))),
      );
    },
    async putIfAbsent(view) {
      checkPut(view);
      const parts = byTenant([view], 1, isKept);
      const put = await putScript();
      const [, found] = await access.write(parts.flatMap((part) => [putJob(put, 'absent', part), getJob(part)]));
      if (found === undefined) return { version: view.version, doc: view.doc };
      const [kept] = viewsIn(found);
      if (!kept) throw new ReadModelsUnavailableError('what was just put is gone');
      return kept;
    },
    async get(refs) {
      const parts = byTenant(refs, REFS_PER_SCRIPT, isKept);
      const answers = await access.read(parts.map(getJob));
      return rejoin(
        parts,
        answers.map((answer, at) => (answer === undefined ? (parts[at]?.items ?? []).map(() => null) : viewsIn(answer))),
      );
    },
    async list(query: ListQuery) {
      const plan = JSON.stringify({ ...planList(query), scanMax, wordCandidatesMax: WORD_CANDIDATES_MAX });
      const [page] = await access.read([{ kept: isKept(query), in: (in_) => scripts.list.call([keyPrefix(query.tenant, in_)], [plan]) }]);
      if (page === undefined) throw new ReadModelsUnavailableError(UNTRUSTED);
      return pageIn(page);
    },
    async totals(query) {
      checkTotals(query);
      const { tenant, kind, names } = query;
      if (names.length === 0) return [];
      const [found] = await access.read([{ kept: isKept(query), in: (in_) => ['HMGET', `${keyPrefix(tenant, in_)}t:${kind}`, ...names.map(cleanText)] }]);
      if (found === undefined) throw new ReadModelsUnavailableError(UNTRUSTED);
      return arrayIn(found).map((count) => (count === null ? 0 : numberIn(count)));
    },
    async append(entries) {
      const flat = ({ collection, id, n, doc }: (typeof entries)[number]) => [`${collection}:${id}`, n, doc];
      const jobs = byTenant(entries, REFS_PER_SCRIPT).map(({ tenant, items }): Job => {
        const args = items.flatMap(flat);
        return { kept: false, in: (in_) => scripts.append.call([keyPrefix(tenant, in_)], args) };
      });
      await access.write(jobs);
    },
    async entries(ref, { first, before }) {
      const upper = before === undefined ? '+inf' : `(${before}`;
      const [members] = await access.read([{ kept: false, in: (in_) => ['ZREVRANGEBYSCORE', entriesKey(ref, in_), upper, '-inf', 'LIMIT', 0, first] }]);
      if (members === undefined) throw new ReadModelsUnavailableError(UNTRUSTED);
      return arrayIn(members).map(entryIn);
    },
    async removeEntries(refs) {
      const parts = byTenant(refs, REFS_PER_SCRIPT);
      await access.write(parts.map(({ items }): Job => ({ kept: false, in: (in_) => ['UNLINK', ...items.map((ref) => entriesKey(ref, in_))] })));
    },
    async check() {
      await sendAll(client, [['PING']]);
    },
    async close() {},
  };
}
