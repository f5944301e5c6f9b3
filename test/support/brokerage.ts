/** A gateway's ports in memory, with a worker that carries commands out when the test says so: the API without network and processes. */
import { decide, evolve, type Aggregate } from '../../domain/aggregate.ts';
import type { Role } from '../../domain/agent/agent.ts';
import { tenantId, type TenantId } from '../../domain/ids.ts';
import type { CommandEnvelope, CommandReceipt, RecordedEvent } from '../../domain/messages.ts';
import { acceptedReceipt, receiptApplied, receiptDeadLettered, receiptRejected, receiptVersion, receiptVisible } from '../../domain/views/receipts.ts';
import { scoreHistoryEntry } from '../../domain/views/score-history.ts';
import { timelineEntry } from '../../domain/views/timeline.ts';
import { createMemoryLiveBus } from '../../platform/live-bus/memory-live-bus.ts';
import type { LiveBus, LiveMessage } from '../../platform/live-bus/live-bus.ts';
import { LogUnavailableError, type LogRecord } from '../../platform/log/log.ts';
import { judgeReplay } from '../../platform/dead-letters/judge-replay.ts';
import type { Origin } from '../../platform/origin/origin.ts';
import { createMemoryReadModels } from '../../platform/read-models/memory-read-models.ts';
import { ReadModelsUnavailableError, type ReadModels } from '../../platform/read-models/read-models.ts';
import { viewPut } from '../../platform/read-models/view-put.ts';
import { silentLogger } from '../../platform/telemetry/logger.ts';
import type { GatewayShared, RequestContext } from '../../resolvers/context.ts';
import type { GatewayPorts, Timing } from '../../resolvers/ports.ts';
import { createGatewayShared, createRequestContext, type RequestFacts } from '../../resolvers/request-context.ts';
import { createMemoryDeadLetters, letterOf, type MemoryDeadLetters } from './memory-dead-letters.ts';
import { clockOf } from './clock.ts';

export const ACME = tenantId('acme');
export const RIVAL = tenantId('rival');

/** What may be out of order. */
export interface Outages {
  readModels: boolean;
  origin: boolean;
  log: boolean;
  /** The log goes out of order behind so many appends. */
  logAfter: number;
  /** The log takes records and never says so. */
  mute: boolean;
  /** Gateways cannot write into the read models. */
  putsOfReceipts: boolean;
  /** The read models never answer. */
  frozenReadModels: boolean;
}

export interface Brokerage {
  readonly ports: GatewayPorts;
  readonly shared: GatewayShared;
  readonly bus: LiveBus;
  readonly outages: Outages;
  /** Calls of the read models and the origin by name; `get(20)` is one request for 20 views. */
  readonly calls: string[];
  /** Everything in the log, in order. */
  readonly log: LogRecord[];
  readonly deadLetters: MemoryDeadLetters;
  /** Types of commands that the worker cannot carry out at the moment: it puts them aside. */
  readonly poison: Set<string>;
  now: Date;
  context(as?: Partial<RequestFacts['identity']>, facts?: Partial<RequestFacts>): RequestContext;
  /** What a worker does with the commands that nobody carried out yet: APPLIED (recorded), then VISIBLE unless told otherwise. */
  carryOut(upTo?: 'APPLIED' | 'VISIBLE'): Promise<CommandReceipt[]>;
  /** Puts a state straight into the write model and the views. */
  put(...states: Aggregate[]): Promise<void>;
  /** Its view is not there yet. */
  putInWriteModel(...states: Aggregate[]): void;
  publish(message: Partial<LiveMessage> & Pick<LiveMessage, 'id' | 'version'>): Promise<void>;
}

export const aManager: readonly Role[] = ['MANAGER'];

export function createBrokerage(timing: Partial<Timing> = {}): Brokerage {
  const outages: Outages = { readModels: false, origin: false, log: false, logAfter: Infinity, mute: false, putsOfReceipts: false, frozenReadModels: false };
  let appends = 0;
  const calls: string[] = [];
  const log: LogRecord[] = [];
  const states = new Map<string, Aggregate>();
  const inbox = new Map<string, CommandReceipt>();
  const deadLetters = createMemoryDeadLetters();
  const poison = new Set<string>();
  const keyOf = (tenant: TenantId, id: string): string => `${tenant}/${id}`;
  const memory = createMemoryReadModels();
  const readModels = counted(memory, calls, outages);
  const bus = createMemoryLiveBus();
  const origin: Origin = {
    async views(refs) {
      calls.push(`origin.views(${refs.length})`);
      if (outages.origin) throw new Error('the origin is out of order');
      return refs.map(({ tenant, id }) => {
        const state = states.get(keyOf(tenant, id));
        return state ? viewPut(state) : null;
      });
    },
    async receipt(tenant, id) {
      if (outages.origin) throw new Error('the origin is out of order');
      return inbox.get(keyOf(tenant, id)) ?? null;
    },
    async deadLetters(query) {
      if (outages.origin) throw new Error('the origin is out of order');
      return deadLetters.list(query);
    },
    async deadLetter(tenant, id) {
      if (outages.origin) throw new Error('the origin is out of order');
      const letter = await deadLetters.get(tenant, id);
      return letter && { letter, replay: judgeReplay(letter) };
    },
  };
  const ports: GatewayPorts = {
    log: {
      async append(records) {
        appends += 1;
        if (outages.log || appends > outages.logAfter) throw new LogUnavailableError('the log is out of order');
        log.push(...records);
        if (outages.mute) await never();
      },
      check: async () => undefined,
    },
    readModels,
    liveBus: bus,
    origin,
    clock: clockOf(() => brokerage.now),
    logger: silentLogger,
    tokenSecret: 'a secret for tests',
  };
  const shared = createGatewayShared(ports, { commandWaitMs: 2_000, receiptPollMs: 20, versionWaitMs: 200, ...timing });
  let [done, letters] = [0, 0];

  const tellReceipt = async (receipt: CommandReceipt): Promise<void> => {
    const { tenant, id, status } = receipt;
    const version = receiptVersion(status);
    await memory.put([{ tenant, kind: 'command', id, version, doc: JSON.stringify(receipt), index: null }]);
    await bus.publish([{ tenant, kind: 'command', id, version, at: brokerage.now.toISOString(), events: [status] }]);
  };
  const show = async (after: Aggregate, records: readonly RecordedEvent[]): Promise<void> => {
    const put = viewPut(after);
    await memory.put([put]);
    for (const recorded of records) {
      const { tenant, streamId: id, version: n } = recorded;
      await memory.append([{ tenant, collection: 'timeline', id, n, doc: JSON.stringify(timelineEntry(recorded)) }]);
      const score = scoreHistoryEntry(recorded);
      if (score) await memory.append([{ tenant, collection: 'scores', id, n, doc: JSON.stringify(score) }]);
    }
    const events = records.map(({ event }) => event.type);
    const kind = put.kind === 'property' || put.kind === 'agent' ? put.kind : 'lead';
    await bus.publish([{ tenant: after.tenant, kind, id: after.id, version: after.version, at: after.updatedAt, events }]);
  };
  const putAside = async (envelope: CommandEnvelope): Promise<CommandReceipt> => {
    const appliedAt = brokerage.now.toISOString();
    const receipt = { ...receiptDeadLettered(acceptedReceipt(envelope), 'the command could not be stored'), appliedAt };
    inbox.set(keyOf(envelope.tenant, envelope.id), receipt);
    await deadLetters.put([letterOf(envelope, (letters += 1))]);
    await tellReceipt(receipt);
    return receipt;
  };
  const carryOutOne = async (envelope: CommandEnvelope, upTo: 'APPLIED' | 'VISIBLE'): Promise<CommandReceipt> => {
    const { tenant, streamId, id, actor, lane, issuedAt: at } = envelope;
    const known = inbox.get(keyOf(tenant, id));
    const { replay } = envelope;
    if (known && !(replay && known.status === 'DEAD_LETTERED')) return known;
    if (replay) deadLetters.markReplayed(replay.letter, replay.by, brokerage.now.toISOString());
    if (poison.has(envelope.command.type)) return putAside(envelope);
    const before = states.get(keyOf(tenant, streamId)) ?? null;
    const decision = decide(envelope, before, { at, commandId: id, actorId: actor.id, expectedVersion: envelope.expectedVersion });
    const accepted = acceptedReceipt(envelope);
    if (decision.outcome === 'REJECTED') {
      const rejected = receiptRejected(accepted, decision.rejection);
      inbox.set(keyOf(tenant, id), rejected);
      await tellReceipt(rejected);
      return rejected;
    }
    const first = (before?.version ?? 0) + 1;
    const records = decision.events.map((event, n): RecordedEvent => {
      const version = first + n;
      return { schema: 1, id: `${streamId}@${version}`, tenant, streamId, version, commandId: id, actor, lane, at, event };
    });
    const after = records.reduce<Aggregate | null>((state, recorded) => evolve(state, recorded), before);
    if (after === null) throw new Error('a command that was applied made nothing');
    states.set(keyOf(tenant, streamId), after);
    const applied = receiptApplied(accepted, at, after.version);
    inbox.set(keyOf(tenant, id), applied);
    if (!outages.readModels) await tellReceipt(applied);
    if (upTo === 'APPLIED') return applied;
    await show(after, records);
    const visible = receiptVisible(applied, at);
    await tellReceipt(visible);
    return visible;
  };

  const brokerage: Brokerage = {
    ports,
    shared,
    bus,
    outages,
    calls,
    log,
    deadLetters,
    poison,
    now: new Date('2026-03-10T20:00:00.000Z'),
    context: (as = {}, facts = {}) =>
      createRequestContext(ports, shared, {
        requestId: 'r1',
        ...facts,
        identity: { tenant: ACME, subject: 'ann', roles: aManager, expiresAtMs: Date.parse('2030-01-01T00:00:00Z'), ...as },
      }),
    async carryOut(upTo = 'VISIBLE') {
      const receipts: CommandReceipt[] = [];
      for (; done < log.length; done++) {
        receipts.push(await carryOutOne(JSON.parse(log[done]?.value ?? '') as CommandEnvelope, upTo));
      }
      return receipts;
    },
    putInWriteModel(...given) {
      for (const state of given) states.set(keyOf(state.tenant, state.id), state);
    },
    async put(...given) {
      brokerage.putInWriteModel(...given);
      await memory.put(given.map((state) => viewPut(state)));
    },
    publish: (message) => bus.publish([{ tenant: ACME, kind: 'lead', at: brokerage.now.toISOString(), events: ['LeadUpdated'], ...message }]),
  };
  return brokerage;
}

const never = (): Promise<never> => new Promise<never>(() => undefined);

/** Counts requests, and refuses them during an outage. */
function counted(memory: ReadModels, calls: string[], outages: Outages): ReadModels {
  const note = async (call: string): Promise<void> => {
    calls.push(call);
    if (outages.frozenReadModels) await never();
    if (outages.readModels) throw new ReadModelsUnavailableError('the read models are out of order');
  };
  return {
    ...memory,
    async get(refs) {
      await note(`get(${refs.length})`);
      return memory.get(refs);
    },
    async list(query) {
      await note(`list(${query.kind})`);
      return memory.list(query);
    },
    async entries(ref, page) {
      await note(`entries(${ref.collection})`);
      return memory.entries(ref, page);
    },
    async totals(query) {
      await note('totals');
      return memory.totals(query);
    },
    async put(views) {
      await note(`put(${views.length})`);
      if (outages.putsOfReceipts) throw new ReadModelsUnavailableError('the read models take nothing');
      return memory.put(views);
    },
    async putIfAbsent(view) {
      await note('putIfAbsent');
      return memory.putIfAbsent(view);
    },
    async check() {
      await note('check');
    },
  };
}

export const commandsOf = (brokerage: Brokerage): CommandEnvelope[] => brokerage.log.map(({ value }) => JSON.parse(value) as CommandEnvelope);
