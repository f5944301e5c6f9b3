/**
 * Two gateways over one set of read models share answers, beside what each of them keeps: reads, changes, their news late or lost, answers on their way into
 * the store and out of it, and time that passes, in any order. No version, and no list, goes back for whoever asks after that.
 * More of them: `INTERLEAVINGS=100000 npx vitest run --project property test/property/cache/shared-answers`.
 */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { tenantId } from '../../../domain/ids.ts';
import type { Lead } from '../../../domain/lead/lead.ts';
import { createByteCache } from '../../../gateway/byte-cache/byte-cache.ts';
import { createDirectGraphql, type DirectAnswer } from '../../../gateway/direct/direct-graphql.ts';
import type { Attempt } from '../../../gateway/request-context.ts';
import { createResponseCache } from '../../../gateway/response-cache/response-cache.ts';
import { createChanges } from '../../../platform/cache/changes.ts';
import { createMemorySharedAnswers } from '../../../platform/cache/memory-shared-answers.ts';
import { createNearViews } from '../../../platform/cache/near-views.ts';
import type { SharedAnswers } from '../../../platform/cache/shared-answers.ts';
import { createMemoryReadModels } from '../../../platform/read-models/memory-read-models.ts';
import type { ReadModels } from '../../../platform/read-models/read-models.ts';
import { silentLogger } from '../../../platform/telemetry/logger.ts';
import type { Identity } from '../../../resolvers/context.ts';
import { readPage, type ListPlan } from '../../../resolvers/list-views.ts';
import { createReads } from '../../../resolvers/reads.ts';
import { createRequestContext } from '../../../resolvers/request-context.ts';
import { createBrokerage } from '../../support/brokerage.ts';
import { plainQuestion } from '../../support/compiled-question.ts';
import { clockOf } from '../../support/clock.ts';

const ACME = tenantId('acme');
const ANN: Identity = { tenant: ACME, subject: 'ann', roles: ['AGENT'], expiresAtMs: Infinity };
const LEADS = ['lead_a', 'lead_b', 'lead_c'] as const;
type LeadId = (typeof LEADS)[number];
/** Shorter than the list, so that a change can move it without touching what it showed. */
const PAGE = 2;
const NEWEST: ListPlan = { kind: 'lead', order: 'CHANGED', direction: 'DESC', facets: [], where: [], words: [] };
/** What is read for it, one after the other: each takes a request of its own. */
const QUESTIONS = ['lead_a lead_b', 'newest lead_a', 'newest lead_a', 'lead_b newest'] as const;
const GATEWAYS = [0, 1] as const;

type Step =
  | { readonly kind: 'read'; readonly gateway: 0 | 1; readonly question: (typeof QUESTIONS)[number] }
  | { readonly kind: 'change'; readonly lead: LeadId }
  | { readonly kind: 'lose'; readonly gateway: 0 | 1; readonly forgets: boolean }
  | { readonly kind: 'wait'; readonly ms: number };
const gateway = fc.constantFrom(...GATEWAYS);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('read' as const), gateway, question: fc.constantFrom(...QUESTIONS) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('change' as const), lead: fc.constantFrom(...LEADS) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose' as const), gateway, forgets: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1_000, 30_000, 400_000) }) },
);

/** What one answer shows. */
interface Shown {
  readonly versions: Partial<Record<LeadId, number>>;
  /** Ids of the list, newest first. */
  readonly lists: readonly string[];
}

const brokerage = createBrokerage();

interface WorldOptions {
  /** False: nobody hears of changes, so that nothing is kept in any gateway: only the store is asked. */
  readonly hears: boolean;
  readonly breakIt?: ((answers: SharedAnswers) => SharedAnswers) | undefined;
}

function createWorld(scheduler: fc.Scheduler, { hears, breakIt = (answers) => answers }: WorldOptions) {
  let nowMs = 0;
  const clock = clockOf(() => new Date(nowMs));
  const memory = createMemoryReadModels({ clock });
  const versions: Record<LeadId, number> = { lead_a: 0, lead_b: 0, lead_c: 0 };
  /** The list's ids after each change. */
  const history: string[] = [];
  const newestFirst: LeadId[] = [];
  const travels = async <T>(what: string, act: () => Promise<T>): Promise<T> => {
    await scheduler.schedule(Promise.resolve(), `${what} leaves`);
    const answer = await act();
    await scheduler.schedule(Promise.resolve(), `${what} comes back`);
    return answer;
  };
  const readModels: ReadModels = {
    ...memory,
    get: (refs) => travels('get', () => memory.get(refs)),
    list: (query) => travels('list', () => memory.list(query)),
  };
  const store = breakIt(createMemorySharedAnswers({ readModels: memory, clock }));
  const answers: SharedAnswers = {
    get: (...args) => travels('question to the store', () => store.get(...args)),
    set: (...args) => travels('answer to the store', () => store.set(...args)),
  };
  const put = async (lead: LeadId): Promise<void> => {
    const version = (versions[lead] += 1);
    newestFirst.splice(0, newestFirst.length, lead, ...newestFirst.filter((one) => one !== lead));
    history.push(newestFirst.slice(0, PAGE).join());
    const sorts = { CHANGED: String(history.length).padStart(4, '0') };
    await memory.put([
      { tenant: ACME, kind: 'lead', id: lead, version, doc: JSON.stringify({ id: lead, version }), index: { facets: [], sorts, fields: {}, words: [] } },
    ]);
  };
  const offices = GATEWAYS.map(() => openGateway());

  function openGateway() {
    const changes = createChanges({ movesMax: 100, listsMax: 100, versionsMax: 100 });
    let isUp = hears;
    let unheard: (() => void)[] = [];
    const isTrusted = () => isUp;
    const ports = { ...brokerage.ports, clock, readModels };
    const near = createNearViews({ changes, isTrusted, nowMs: () => nowMs });
    const shared = { ...brokerage.shared, changes, near };
    const cache = createByteCache({ epochs: changes.epochs, nowMs: () => nowMs });
    const responseCache = createResponseCache({ answers, changes, floorOf: () => 0, isViewType: () => true, clock, logger: silentLogger });
    const make = async (attempt: Attempt): Promise<Shown> => {
      const context = createRequestContext(ports, shared, { identity: ANN, requestId: 'r', reads: attempt.reads });
      const [found, lists]: [Record<string, number>, string[]] = [{}, []];
      const note = ({ id, version }: Pick<Lead, 'id' | 'version'>): void => void (found[id] = Math.min(version, found[id] ?? version));
      for (const part of attempt.document.split(' ')) {
        if (part === 'newest') {
          const { edges } = await readPage<Lead>(context, NEWEST, PAGE);
          edges.forEach(({ node }) => note(node));
          lists.push(edges.map(({ node }) => node.id).join());
        } else {
          const lead = await context.loaders.lead(part);
          if (lead !== null) note(lead);
        }
      }
      return { versions: found, lists };
    };
    // As the plugin does it.
    const throughCache = async (attempt: Attempt): Promise<Shown> => {
      const own = responseCache.isWorth(attempt) ? responseCache.cacheFor({ tenant: ACME, attempt, afterwards: undefined }) : null;
      const kept = await own?.get(attempt.text);
      if (kept) return kept.data as unknown as Shown;
      const made = await make(attempt);
      const entities = Object.keys(made.versions).map((id) => ({ typename: 'Lead', id }));
      void own?.set(attempt.text, { data: made as unknown as Record<string, unknown> }, entities, 100_000);
      responseCache.executed(attempt);
      return made;
    };
    const direct = createDirectGraphql({
      keeping: { cache, changes, isTrusted },
      createContext: () => ({}),
      async throughPlugins({ query }, { attempt: given }) {
        const attempt = given ?? { reads: createReads(changes, ACME), authority: 'TENANT', document: query, text: query };
        return { status: 200, headers: {}, isWhole: true, text: JSON.stringify(await throughCache(attempt)) };
      },
      questionOf: plainQuestion,
    });
    return {
      responseCache,
      hear(message: Parameters<typeof changes.heard>[0]): void {
        if (isUp) changes.heard(message);
        else unheard.push(() => changes.heard(message));
      },
      async lose(forgets: boolean): Promise<void> {
        if (!hears) return;
        isUp = false;
        await scheduler.schedule(Promise.resolve(), 'the bus comes back');
        if (forgets) changes.missed(ACME);
        else for (const hear of unheard) hear();
        unheard = [];
        isUp = true;
      },
      ask: async (question: string): Promise<Shown> => shownIn(await direct.answer({ requestId: 'r', identity: ANN, body: question, accept: '' })),
    };
  }

  /** What was shown: by each gateway where they keep something of their own, else by all of them. */
  const floors = (hears ? GATEWAYS : [0]).map(() => ({ versions: new Map<LeadId, number>(), list: 0 }));
  const look = async (at: 0 | 1, question: string): Promise<void> => {
    const floor = floors[at] ?? floors[0];
    const office = offices[at];
    if (floor === undefined || office === undefined) throw new Error('there is no such gateway');
    const [known, listFloor] = [new Map(floor.versions), floor.list];
    const shown = await office.ask(question);
    for (const lead of LEADS) {
      const version = shown.versions[lead];
      if (version === undefined) continue;
      expect(version, `${lead} went back`).toBeGreaterThanOrEqual(known.get(lead) ?? 0);
      floor.versions.set(lead, Math.max(version, floor.versions.get(lead) ?? 0));
    }
    for (const list of shown.lists) {
      const from = history.lastIndexOf(list);
      expect(from, `the list went back to ${list}`).toBeGreaterThanOrEqual(listFloor);
      floor.list = Math.max(floor.list, history.indexOf(list, listFloor));
    }
  };
  return {
    begin: async (): Promise<void> => {
      for (const lead of LEADS) await put(lead);
    },
    async take(what: Step): Promise<void> {
      if (what.kind === 'read') return look(what.gateway, what.question);
      if (what.kind === 'wait') return void (nowMs += what.ms);
      if (what.kind === 'lose') return offices[what.gateway]?.lose(what.forgets);
      await put(what.lead);
      const message = { tenant: ACME, kind: 'lead', id: what.lead, version: versions[what.lead], at: '', events: [], cursor: '' } as const;
      await Promise.all(
        offices.map(async (office) => {
          await scheduler.schedule(Promise.resolve(), `news of ${what.lead}`);
          office.hear(message);
        }),
      );
    },
    end: async (): Promise<void> => void (await Promise.all(offices.map(({ responseCache }) => responseCache.idle()))),
    hits: (): number => offices.reduce((sum, { responseCache }) => sum + responseCache.facts().hits, 0),
  };
}

function shownIn(answer: DirectAnswer | null): Shown {
  const text = answer !== null && 'bytes' in answer ? answer.ascii : answer?.text;
  return JSON.parse(text ?? '') as Shown;
}

/** Loaders gather what is asked for in a tick: without an end of the tick behind each step all reads would be one. */
const scheduler = fc.scheduler({
  async act(act) {
    await act();
    await new Promise((resolve) => void setImmediate(resolve));
  },
});

let hits = 0;
const property = (options: WorldOptions) =>
  fc.asyncProperty(scheduler, fc.array(fc.array(step, { minLength: 3, maxLength: 8 }), { minLength: 2, maxLength: 3 }), async (order, people) => {
    const world = createWorld(order, options);
    await world.begin();
    // Each does one thing after the other; what they do at one time comes in any order.
    const running = people.map(async (steps) => {
      for (const what of steps) await world.take(what);
    });
    await order.waitFor(Promise.all(running).then(() => world.end()));
    hits += world.hits();
  });

const RUNS = Number(process.env['INTERLEAVINGS'] ?? 150);

test.each([
  { hears: true, who: 'for whoever asks the same gateway, where each keeps answers of its own' },
  { hears: false, who: 'for whoever asks any of them, while nobody is told of changes' },
])('nothing goes back $who', { timeout: 1_200_000 }, async ({ hears }) => {
  hits = 0;
  const found = await fc.check(property({ hears }), { numRuns: RUNS });
  expect(found.failed ? fc.defaultReportMessage(found) : 'holds').toBe('holds');
  expect(hits).toBeGreaterThan(RUNS / 10);
});

test('which is found where the store does not compare what an answer was made of', { timeout: 600_000 }, async () => {
  const blind = (answers: SharedAnswers): SharedAnswers => {
    const kept = new Map<string, Parameters<SharedAnswers['set']>[2]>();
    return {
      async get(tenant, key) {
        const answer = kept.get(key);
        return answer === undefined ? answers.get(tenant, key) : { state: 'KEPT', ...answer, ttlMs: 100_000 };
      },
      set: async (_tenant, key, answer) => kept.set(key, answer).has(key),
    };
  };
  const { failed } = await fc.check(property({ hears: false, breakIt: blind }), { numRuns: 3_000, endOnFailure: true });
  expect(failed).toBe(true);
});

test('and where it compares views and not the lists', { timeout: 600_000 }, async () => {
  const listless = (answers: SharedAnswers): SharedAnswers => ({
    get: async (...args) => answers.get(...args),
    set: async (tenant, key, { text, parts }, ttlMs) => answers.set(tenant, key, { text, parts: { ...parts, lists: [] } }, ttlMs),
  });
  const { failed } = await fc.check(property({ hears: false, breakIt: listless }), { numRuns: 3_000, endOnFailure: true });
  expect(failed).toBe(true);
});
