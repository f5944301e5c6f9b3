/**
 * One gateway with its kept answers (L0) and pages (L1) over read models in which leads appear, and a scheduler that decides what happens when. Nobody ever
 * leaves the list: whoever was shown a lead in it, or was told that the lead is VISIBLE, finds it there from then on.
 */
import * as fc from 'fast-check';
import { tenantId } from '../../domain/ids.ts';
import { indexChange } from '../../domain/views/index-change.ts';
import { createByteCache } from '../../gateway/byte-cache/byte-cache.ts';
import type { CompiledOperation } from '../../gateway/compiled/compile.ts';
import { createDirectGraphql, type DirectAnswer } from '../../gateway/direct/direct-graphql.ts';
import { createChanges, type Changes } from '../../platform/cache/changes.ts';
import { createNearViews, type NearViews } from '../../platform/cache/near-views.ts';
import { createMemoryReadModels } from '../../platform/read-models/memory-read-models.ts';
import type { ReadModels, ViewPut } from '../../platform/read-models/read-models.ts';
import { viewPut } from '../../platform/read-models/view-put.ts';
import { listViews, type ListPlan } from '../../resolvers/list-views.ts';
import { andThen } from '../../resolvers/maybe-promise.ts';
import type { GatewayPorts } from '../../resolvers/ports.ts';
import { createRequestContext } from '../../resolvers/request-context.ts';
import { aLead } from './a-lead.ts';
import { createBrokerage } from './brokerage.ts';
import { compiledQuestion } from './compiled-question.ts';

export interface ListWorldOptions {
  /** Plant faults. */
  readonly breakChanges?: ((changes: Changes) => Changes) | undefined;
  readonly breakNear?: ((near: NearViews) => NearViews) | undefined;
}

const NAMES = ['a'] as const;
type Name = (typeof NAMES)[number];
/** For the same page of the same list: equal ones would be one read. */
const QUESTIONS = ['list', 'the same list'] as const;
type Question = (typeof QUESTIONS)[number];
type Step =
  | { readonly kind: 'read the list'; readonly question: Question }
  | { readonly kind: 'read'; readonly name: Name }
  | { readonly kind: 'create'; readonly name: Name }
  | { readonly kind: 'tell'; readonly name: Name };

const named = <Kind extends string>(kind: Kind) => fc.record({ kind: fc.constant(kind), name: fc.constantFrom(...NAMES) });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('read the list' as const), question: fc.constantFrom(...QUESTIONS) }) },
  { weight: 3, arbitrary: named('create' as const) },
  { weight: 2, arbitrary: named('read' as const) },
  { weight: 2, arbitrary: named('tell' as const) },
);

const tenant = tenantId('acme');
const PLAN: ListPlan = { kind: 'lead', order: 'CREATED', direction: 'DESC', facets: [], where: [], words: [] };
const PUTS: Record<Name, ViewPut> = { a: putOf('a') };
function putOf(name: Name): ViewPut {
  return viewPut(aLead({ tenant, name, version: 1, email: `${name}@example.com` }));
}
const brokerage = createBrokerage();
/** The world that reads at the moment: what gateways remember of read models is costly to make. */
let current: Pick<ReadModels, 'get' | 'list'>;
const readModels: ReadModels = { ...brokerage.ports.readModels, get: (refs) => current.get(refs), list: (query) => current.list(query) };

function createWorld(scheduler: fc.Scheduler, { breakChanges = (changes) => changes, breakNear = (near) => near }: ListWorldOptions) {
  const stored = createMemoryReadModels();
  const visible = new Set<Name>();
  /** In lists that were answered, or told of as VISIBLE. */
  const shown = new Set<Name>();
  const across = async <T>(what: string, call: () => Promise<T>): Promise<T> => {
    await scheduler.schedule(Promise.resolve(), `${what} arrives`);
    const answer = await call();
    await scheduler.schedule(Promise.resolve(), `answer to ${what} arrives`);
    return answer;
  };
  current = { get: (refs) => across('get', () => stored.get(refs)), list: (query) => across('list', () => stored.list(query)) };
  const origin: GatewayPorts['origin'] = { ...brokerage.ports.origin, views: async (refs) => refs.map(() => null) };
  const ports: GatewayPorts = { ...brokerage.ports, readModels, origin };
  const changes = breakChanges(createChanges());
  const isTrusted = () => true;
  const near = breakNear(createNearViews({ changes, isTrusted, nowMs: () => 0 }));
  const shared = { ...brokerage.shared, changes, near, timing: { ...brokerage.shared.timing, versionWaitMs: 0 } };
  const run: CompiledOperation['run'] = (context, { name }) =>
    isQuestion(name)
      ? andThen(listViews<{ id: string }>(context, PLAN, { first: 10 }), ({ edges }) => JSON.stringify({ ids: edges.map(({ node }) => node.id) }))
      : andThen(context.loaders.lead(PUTS[name as Name].id), (lead) => JSON.stringify({ ids: lead === null ? [] : [lead.id] }));
  const direct = createDirectGraphql({
    keeping: { cache: createByteCache({ epochs: changes.epochs, nowMs: () => 0 }), changes, isTrusted },
    createContext: (scope) => createRequestContext(ports, shared, scope),
    throughPlugins: async () => ({ status: 200, headers: { 'content-type': '' }, text: '{}', isWhole: false }),
    questionOf: (body) => compiledQuestion(body, run, { name: body }),
  });
  const identity = { tenant, subject: 'ann', roles: ['AGENT' as const], expiresAtMs: Infinity };
  const ask = async (body: Name | Question): Promise<readonly string[] | undefined> =>
    idsIn(await direct.answer({ requestId: 'r', identity, body, accept: '' }));

  const readTheList = async (question: Question): Promise<void> => {
    const expected = [...shown];
    const ids = await ask(question);
    for (const name of expected) if (ids?.includes(PUTS[name].id) === false) throw new Error(`${name} was in the list, or VISIBLE, and is not there any more`);
    for (const name of NAMES) if (ids?.includes(PUTS[name].id) === true) shown.add(name);
  };
  const create = async (name: Name): Promise<void> => {
    const put = PUTS[name];
    await across('put', () => stored.put([put]));
    visible.add(name);
    await scheduler.schedule(Promise.resolve(), `news of ${name}`);
    changes.heard({ tenant, kind: 'lead', id: put.id, version: 1, lists: indexChange(null, put.index), at: '', events: [], cursor: '' });
  };
  const tell = (name: Name): void => {
    if (!visible.has(name)) return;
    changes.changed({ tenant, kind: 'lead', id: PUTS[name].id }, 1);
    shown.add(name);
  };
  return {
    async take(what: Step): Promise<void> {
      if (what.kind === 'read the list') await readTheList(what.question);
      else if (what.kind === 'read') await ask(what.name);
      else if (what.kind === 'create') await create(what.name);
      else tell(what.name);
    },
  };
}

const isQuestion = (text: unknown): boolean => QUESTIONS.some((question) => question === text);

/** Undefined where nobody could say. */
function idsIn(answer: DirectAnswer | null): readonly string[] | undefined {
  const text = answer !== null && 'bytes' in answer ? answer.ascii : answer?.text;
  return (JSON.parse(text ?? '') as { data?: { ids?: readonly string[] } }).data?.ids;
}

const endOfTick = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
/** Loaders gather what is asked for in a tick: without an end of the tick behind each step all reads would be one. */
const scheduler = fc.scheduler({
  async act(next) {
    await next();
    await endOfTick();
  },
});

/** That no lead that was shown in the list, or told of as VISIBLE, is missing from it later. */
export const nobodyLeavesTheList = (options: ListWorldOptions) =>
  fc.asyncProperty(scheduler, fc.array(step, { minLength: 3, maxLength: 10 }), async (order, steps) => {
    const world = createWorld(order, options);
    const running = steps.map(async (what, at) => {
      await order.schedule(Promise.resolve(), `step ${at}`);
      await world.take(what);
    });
    await order.waitFor(Promise.all(running));
  });
