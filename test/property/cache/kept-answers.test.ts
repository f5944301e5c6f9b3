/**
 * Reads, changes, their news in any order and late, a bus that is lost and comes back with or without what was said meanwhile, answers that are shared
 * and answers that are kept: whatever happens when, no version that somebody was answered goes back for whoever asks after that.
 * More of them: `INTERLEAVINGS=1000000 npx vitest run --project property test/property/cache`.
 */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { tenantId } from '../../../domain/ids.ts';
import { createChanges, type Changes } from '../../../platform/cache/changes.ts';
import type { Identity } from '../../../resolvers/context.ts';
import { andThen, type MaybePromise } from '../../../resolvers/maybe-promise.ts';
import type { GatewayPorts } from '../../../resolvers/ports.ts';
import { createRequestContext } from '../../../resolvers/request-context.ts';
import { createByteCache } from '../../../gateway/byte-cache/byte-cache.ts';
import type { CompiledOperation } from '../../../gateway/compiled/compile.ts';
import { createDirectGraphql, type DirectAnswer } from '../../../gateway/direct/direct-graphql.ts';
import { createNearViews } from '../../../platform/cache/near-views.ts';
import { createBrokerage } from '../../support/brokerage.ts';

const ACME = tenantId('acme');
const ANN: Identity = { tenant: ACME, subject: 'ann', roles: ['AGENT'], expiresAtMs: Infinity };
const LEADS = ['lead_a', 'lead_b'] as const;
type LeadId = (typeof LEADS)[number];
type Versions = Record<LeadId, number>;

type Step =
  | { readonly kind: 'read'; readonly leads: readonly LeadId[] }
  | { readonly kind: 'change'; readonly lead: LeadId }
  | { readonly kind: 'lose'; readonly forgets: boolean }
  | { readonly kind: 'wait'; readonly ms: number };
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('read' as const), leads: fc.subarray([...LEADS], { minLength: 1 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('change' as const), lead: fc.constantFrom(...LEADS) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose' as const), forgets: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1_000, 200_000, 400_000) }) },
);

/** At once where all of them are there, as compiled queries do it. */
const all = <T>(values: readonly MaybePromise<T>[]): MaybePromise<T[]> =>
  values.some((value) => value instanceof Promise) ? Promise.all(values) : (values as T[]);

/** One set of ports for all worlds, one after another: they are costly to make, and nothing of a world stays in them. */
let reading: GatewayPorts['readModels']['get'];
const brokerage = createBrokerage();
const ports: GatewayPorts = { ...brokerage.ports, readModels: { ...brokerage.ports.readModels, get: (refs) => reading(refs) } };

/** The read models, the live bus between them and one gateway, and that gateway's views (L1) and answers (L0), read by the loaders of every request. */
function createWorld(scheduler: fc.Scheduler, breakIt: (changes: Changes) => Changes = (changes) => changes) {
  const stored: Versions = { lead_a: 1, lead_b: 1 };
  const answered: Versions = { lead_a: 0, lead_b: 0 };
  const changes = breakIt(createChanges({ movesMax: 100, listsMax: 100, versionsMax: 100 }));
  let nowMs = 0;
  let isUp = true;
  let unheard: (() => void)[] = [];
  const isTrusted = () => isUp;
  reading = async (refs) => {
    const views = [];
    for (const { id } of refs as readonly { readonly id: LeadId }[]) {
      await scheduler.schedule(Promise.resolve(), `request for ${id} arrives`);
      const version = stored[id];
      views.push({ version, doc: JSON.stringify({ id, version }) });
      await scheduler.schedule(Promise.resolve(), `answer for ${id} arrives`);
    }
    return views;
  };
  const near = createNearViews({ changes, isTrusted, nowMs: () => nowMs });
  const shared = { ...brokerage.shared, changes, near };
  const cache = createByteCache({ epochs: changes.epochs, nowMs: () => nowMs });
  const run: CompiledOperation['run'] = ({ loaders }, { leads }) =>
    andThen(all((leads as readonly LeadId[]).map((id) => loaders.lead(id))), (found) =>
      JSON.stringify(Object.fromEntries(found.map((lead) => [lead?.id, lead?.version]))),
    );
  const direct = createDirectGraphql({
    keeping: { cache, changes, isTrusted },
    createContext: (scope) => createRequestContext(ports, shared, scope),
    throughPlugins: () => Promise.reject(new Error('it is a compiled query')),
    questionOf: (body) => ({
      params: { query: body },
      type: 'query',
      name: undefined,
      authority: 'TENANT',
      sharedSeconds: 0,
      text: body,
      compiled: { query: () => ({ fields: 1, run }), variables: { leads: body.split(' ') } },
    }),
  });
  const steps = {
    async read(leads: readonly LeadId[]): Promise<void> {
      const floor = { ...answered };
      const body = leads.join(' ');
      const answer = dataIn(await direct.answer({ requestId: 'r', identity: ANN, body, accept: '' }));
      for (const lead of leads) {
        expect(answer[lead], `${lead} went back`).toBeGreaterThanOrEqual(floor[lead]);
        answered[lead] = Math.max(answered[lead], answer[lead] ?? 0);
      }
    },
    async change(lead: LeadId): Promise<void> {
      stored[lead] += 1;
      const message = { tenant: ACME, kind: 'lead', id: lead, version: stored[lead], at: '', events: [], cursor: '' } as const;
      await scheduler.schedule(Promise.resolve(), `news of ${lead}`);
      if (isUp) changes.heard(message);
      else unheard.push(() => changes.heard(message));
    },
    async lose(forgets: boolean): Promise<void> {
      isUp = false;
      await scheduler.schedule(Promise.resolve(), 'the bus comes back');
      if (forgets) changes.missed(ACME);
      else for (const hear of unheard) hear();
      unheard = [];
      isUp = true;
    },
    wait: async (ms: number): Promise<void> => void (nowMs += ms),
  };
  return (what: Step): Promise<void> => {
    if (what.kind === 'read') return steps.read(what.leads);
    if (what.kind === 'wait') return steps.wait(what.ms);
    return what.kind === 'change' ? steps.change(what.lead) : steps.lose(what.forgets);
  };
}

function dataIn(answer: DirectAnswer | null): Partial<Versions> {
  const text = answer !== null && 'bytes' in answer ? answer.ascii : answer?.text;
  return (JSON.parse(text ?? '') as { data: Partial<Versions> }).data;
}

/** Loaders gather what is asked for in a tick: without an end of the tick behind each step all reads would be one. */
const scheduler = fc.scheduler({
  async act(step) {
    await step();
    await new Promise((resolve) => void setImmediate(resolve));
  },
});

const property = (breakIt?: (changes: Changes) => Changes) =>
  fc.asyncProperty(scheduler, fc.array(step, { minLength: 3, maxLength: 12 }), async (order, steps) => {
    const take = createWorld(order, breakIt);
    const running = steps.map(async (what, at) => {
      await order.schedule(Promise.resolve(), `step ${at}`);
      await take(what);
    });
    await order.waitFor(Promise.all(running));
  });

const RUNS = Number(process.env['INTERLEAVINGS'] ?? 100_000);

test('no version goes back, whatever comes between a read and its answer', async () => {
  const found = await fc.check(property(), { numRuns: RUNS });
  expect(found.failed ? fc.defaultReportMessage(found) : 'holds').toBe('holds');
}, 1_200_000);

test('which is found where nothing fences off what was read before a change', async () => {
  const fenceless = (changes: Changes): Changes => ({ ...changes, saw: () => true, epochs: { ...changes.epochs, hasMoved: () => false } });
  const { failed } = await fc.check(property(fenceless), { numRuns: 3_000 });
  expect(failed).toBe(true);
}, 120_000);

test('and where nobody looks at the versions that reads bring along', async () => {
  const blind = (changes: Changes): Changes => ({ ...changes, saw: () => true });
  const { failed } = await fc.check(property(blind), { numRuns: 30_000 });
  expect(failed).toBe(true);
}, 120_000);
