/**
 * One gateway, its kept answers (L0) and views (L1), read by the loaders of every request, over read models (L2), leases and an origin (L3) that other
 * processes use as well: and a scheduler that decides what happens when. Whatever happens, no version that somebody was answered may go back.
 */
import * as fc from 'fast-check';
import { makeId, type TenantId } from '../../domain/ids.ts';
import { createByteCache } from '../../gateway/byte-cache/byte-cache.ts';
import type { CompiledOperation } from '../../gateway/compiled/compile.ts';
import { createDirectGraphql, type DirectAnswer } from '../../gateway/direct/direct-graphql.ts';
import { createChanges, type Changes } from '../../platform/cache/changes.ts';
import { createNearViews } from '../../platform/cache/near-views.ts';
import type { ReadModels, ViewPut } from '../../platform/read-models/read-models.ts';
import type { ViewLeases } from '../../platform/read-models/view-leases.ts';
import { andThen, type MaybePromise } from '../../resolvers/maybe-promise.ts';
import type { GatewayPorts } from '../../resolvers/ports.ts';
import { createRequestContext } from '../../resolvers/request-context.ts';
import { createBrokerage } from './brokerage.ts';
import { compiledQuestion } from './compiled-question.ts';

const LEADS = ['a', 'b'] as const;
type Lead = (typeof LEADS)[number];
type Versions = Record<Lead, number>;

/** What stands behind the gateway, as each world finds it. */
export interface SharedStores {
  /** Of this world only. */
  readonly tenant: TenantId;
  readonly readModels: ReadModels;
  readonly viewLeases: ViewLeases;
  /** The read models lose a view, and nobody is told. */
  forget(id: string): Promise<void>;
}

export interface WorldOptions {
  readonly openStores: (nowMs: () => number) => SharedStores;
  /** Plants a fault. */
  readonly breakIt?: ((changes: Changes) => Changes) | undefined;
}

type Step =
  | { readonly kind: 'read'; readonly leads: readonly Lead[] }
  /** In the write model, then in the read models, then in the news. */
  | { readonly kind: 'change'; readonly lead: Lead }
  | { readonly kind: 'expire'; readonly lead: Lead }
  /** Somebody is told at this gateway that the newest version in the read models is VISIBLE. */
  | { readonly kind: 'tell'; readonly lead: Lead }
  /** Another gateway computes a view, under a lease or without one, and puts it back late. */
  | { readonly kind: 'compute elsewhere'; readonly lead: Lead }
  | { readonly kind: 'invalidate all' }
  | { readonly kind: 'lose the bus'; readonly forgets: boolean }
  | { readonly kind: 'wait'; readonly ms: number };

const lead = fc.constantFrom(...LEADS);
const ofLead = <Kind extends string>(kind: Kind) => fc.record({ kind: fc.constant(kind), lead });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('read' as const), leads: fc.subarray([...LEADS], { minLength: 1 }) }) },
  { weight: 4, arbitrary: ofLead('change' as const) },
  { weight: 1, arbitrary: ofLead('expire' as const) },
  { weight: 1, arbitrary: ofLead('tell' as const) },
  { weight: 1, arbitrary: ofLead('compute elsewhere' as const) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('invalidate all' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('lose the bus' as const), forgets: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1_000, 200_000, 400_000) }) },
);

/** At once where all of them are there, as compiled queries do it. */
const all = <T>(values: readonly MaybePromise<T>[]): MaybePromise<T[]> =>
  values.some((value) => value instanceof Promise) ? Promise.all(values) : (values as T[]);

const IDS: Record<Lead, string> = { a: makeId('lead', 'a'), b: makeId('lead', 'b') };
/** One for all worlds, one after another: it is costly to make, and nothing of a world stays in it. */
const brokerage = createBrokerage();
/** The world that reads at the moment: what gateways remember of read models is costly to make, too. */
let current: Pick<ReadModels, 'get' | 'put'>;
const readModels: ReadModels = { ...brokerage.ports.readModels, get: (refs) => current.get(refs), put: (views) => current.put(views) };
/** Calls of a store that are under way. */
const underWay = new Set<Promise<unknown>>();
/** Reads that were answered, and those that were told UNAVAILABLE, over all worlds. */
export const tally = { answered: 0, refused: 0 };

function createWorld(scheduler: fc.Scheduler, { openStores, breakIt = (changes) => changes }: WorldOptions) {
  let nowMs = 0;
  let isUp = true;
  let unheard: (() => void)[] = [];
  const stores = openStores(() => nowMs);
  const { tenant } = stores;
  const written: Versions = { a: 1, b: 1 };
  /** By the projector, in the read models. */
  const visible: Versions = { a: 0, b: 0 };
  const answered: Versions = { a: 0, b: 0 };
  const refOf = (which: Lead) => ({ tenant, kind: 'lead', id: IDS[which] }) as const;
  const putOf = (which: Lead, version: number): ViewPut => ({ ...refOf(which), version, doc: JSON.stringify({ id: which, version }), index: null });
  const whichOf = (id: string): Lead => (id === IDS.a ? 'a' : 'b');

  const pause = (what: string): Promise<unknown> => scheduler.schedule(Promise.resolve(), what);
  /** Time passes before a call arrives, and before its answer does; the call itself happens at one moment. */
  const across = async <T>(what: string, call: () => Promise<T>): Promise<T> => {
    await pause(`${what} arrives`);
    const answering = call();
    underWay.add(answering);
    const answer = await answering.finally(() => underWay.delete(answering));
    await pause(`answer to ${what} arrives`);
    return answer;
  };
  const get: ReadModels['get'] = (refs) => across('get', () => stores.readModels.get(refs));
  const put: ReadModels['put'] = (views) => across('put', () => stores.readModels.put(views));
  const viewLeases: ViewLeases = {
    take: (wanted, ttlMs) => across('take', () => stores.viewLeases.take(wanted, ttlMs)),
    settle: (settled, toldMs) => across('settle', () => stores.viewLeases.settle(settled, toldMs)),
  };
  const origin: GatewayPorts['origin'] = {
    ...brokerage.ports.origin,
    views: (refs) => across('load', async () => refs.map(({ id }) => putOf(whichOf(id), written[whichOf(id)]))),
  };
  current = { get, put };
  const ports: GatewayPorts = { ...brokerage.ports, readModels, viewLeases, origin };
  const changes = breakIt(createChanges({ movesMax: 100, listsMax: 100, versionsMax: 100 }));
  const isTrusted = () => isUp;
  const near = createNearViews({ changes, isTrusted, nowMs: () => nowMs });
  // Nobody waits by the clock: who has not the lease computes at once, and who gets too old a view is refused.
  const shared = { ...brokerage.shared, changes, near, timing: { ...brokerage.shared.timing, versionWaitMs: 0 } };
  const cache = createByteCache({ epochs: changes.epochs, nowMs: () => nowMs });
  const run: CompiledOperation['run'] = ({ loaders }, { leads }) =>
    andThen(all((leads as readonly Lead[]).map((which) => loaders.lead(IDS[which]))), (found) =>
      JSON.stringify(Object.fromEntries(found.map((view) => [view?.id, view?.version]))),
    );
  const direct = createDirectGraphql({
    keeping: { cache, changes, isTrusted },
    createContext: (scope) => createRequestContext(ports, shared, scope),
    throughPlugins: async () => ({ status: 200, headers: { 'content-type': '' }, text: '{}', isWhole: false }),
    questionOf: (body) => compiledQuestion(body, run, { leads: body.split(' ') }),
  });
  const identity = { tenant, subject: 'ann', roles: ['AGENT' as const], expiresAtMs: Infinity };

  const read = async (leads: readonly Lead[]): Promise<void> => {
    const floor = { ...answered };
    const answer = dataIn(await direct.answer({ requestId: 'r', identity, body: leads.join(' '), accept: '' }));
    tally[answer === undefined ? 'refused' : 'answered'] += 1;
    for (const which of answer === undefined ? [] : leads) {
      const version = answer?.[which] ?? 0;
      if (version < floor[which]) throw new Error(`${which} went back from ${floor[which]} to ${version}`);
      answered[which] = Math.max(answered[which], version);
    }
  };
  const change = async (which: Lead): Promise<void> => {
    const version = (written[which] += 1);
    await put([putOf(which, version)]);
    visible[which] = Math.max(visible[which], version);
    const message = { ...refOf(which), version, at: '', events: [], cursor: '' };
    await pause(`news of ${which}`);
    if (isUp) changes.heard(message);
    else unheard.push(() => changes.heard(message));
  };
  const loseTheBus = async (forgets: boolean): Promise<void> => {
    isUp = false;
    await pause('the bus comes back');
    if (forgets) changes.missed(tenant);
    else for (const hear of unheard) hear();
    unheard = [];
    isUp = true;
  };
  const tell = (which: Lead): void => {
    changes.changed(refOf(which), visible[which]);
    answered[which] = Math.max(answered[which], visible[which]);
  };
  const computeElsewhere = async (which: Lead): Promise<void> => {
    const [turn] = await viewLeases.take([{ ...refOf(which), versionMin: 0 }], 1_000);
    const views = (await origin.views([refOf(which)])).filter((view) => view !== null);
    await put(views);
    if (turn?.state === 'MINE') await viewLeases.settle([{ ...refOf(which), token: turn.token, version: views[0]?.version ?? 0 }], 500);
  };
  return {
    /** What was there before anybody asked. */
    begin: async (): Promise<void> => void (await stores.readModels.put(LEADS.map((which) => putOf(which, 1)))),
    async take(what: Step): Promise<void> {
      if (what.kind === 'read') await read(what.leads);
      else if (what.kind === 'change') await change(what.lead);
      else if (what.kind === 'expire') await across('expiry', () => stores.forget(IDS[what.lead]));
      else if (what.kind === 'tell') tell(what.lead);
      else if (what.kind === 'compute elsewhere') await computeElsewhere(what.lead);
      else if (what.kind === 'lose the bus') await loseTheBus(what.forgets);
      else if (what.kind === 'wait') nowMs += what.ms;
      else changes.missed(tenant);
    },
  };
}

/** Undefined where nobody could say. */
function dataIn(answer: DirectAnswer | null): Partial<Versions> | undefined {
  const text = answer !== null && 'bytes' in answer ? answer.ascii : answer?.text;
  return (JSON.parse(text ?? '') as { data?: Partial<Versions> }).data;
}

const endOfTick = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
/** Loaders gather what is asked for in a tick: without an end of the tick behind each step all reads would be one. A call that arrived is answered in its step. */
const scheduler = fc.scheduler({
  async act(next) {
    await next();
    await endOfTick();
    while (underWay.size > 0) {
      await Promise.allSettled(underWay);
      await endOfTick();
    }
  },
});

/** That no version goes back. */
export const nothingGoesBack = (options: WorldOptions) =>
  fc.asyncProperty(scheduler, fc.array(step, { minLength: 3, maxLength: 12 }), async (order, steps) => {
    const world = createWorld(order, options);
    await world.begin();
    const running = steps.map(async (what, at) => {
      await order.schedule(Promise.resolve(), `step ${at}`);
      await world.take(what);
    });
    await order.waitFor(Promise.all(running));
  });
