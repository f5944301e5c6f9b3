/**
 * Whoever follows with a cursor is told every change once and in order, whatever comes between its reading of the past, the news of the bus, and the making
 * of results. More worlds: `INTERLEAVINGS=20000 npx vitest run --project property test/property/live`.
 */
import * as fc from 'fast-check';
import { Kind, OperationTypeNode, parse, type OperationDefinitionNode } from 'graphql';
import { expect, test, vi } from 'vitest';
import { createLive } from '../../../gateway/live/live.ts';
import type { LiveQuestion } from '../../../gateway/live/live-question.ts';
import type { LiveSink, Member } from '../../../gateway/live/member.ts';
import { systemClock } from '../../../platform/clock.ts';
import type { Delivered, LiveBus } from '../../../platform/live-bus/live-bus.ts';
import { createMemoryLiveBus } from '../../../platform/live-bus/memory-live-bus.ts';
import { silentLogger } from '../../../platform/telemetry/logger.ts';
import type { Identity } from '../../../resolvers/context.ts';
import { createLiveFeed } from '../../../resolvers/live/live-feed.ts';
import { schema } from '../../../schema/schema.ts';
import { ACME } from '../../support/brokerage.ts';

const ANN: Identity = { tenant: ACME, subject: 'ann', roles: ['AGENT'], expiresAtMs: Infinity };
const document = parse('subscription { activity { version } }');
const operation = document.definitions.find(
  (one): one is OperationDefinitionNode => one.kind === Kind.OPERATION_DEFINITION && one.operation === OperationTypeNode.SUBSCRIPTION,
);

type Break = (bus: LiveBus) => LiveBus;

/** What a person of the world does: changes something, or goes away and comes back with the last cursor that it saw. */
type Step = 'change' | 'come back';

interface LogKind {
  /** Messages of one reading: many readings of few, or one that has everything. */
  readonly pageMax: number;
  /** Steps that an answer is on its way for: news, and what is made of them, may be much faster. */
  readonly hops: number;
}

function createWorld(order: fc.Scheduler, breakIt: Break, { pageMax, hops }: LogKind) {
  const memory = createMemoryLiveBus();
  const travels = async <T>(what: string, act: () => Promise<T>, back = 1): Promise<T> => {
    await order.schedule(Promise.resolve(), `${what} leaves`);
    const answer = await act();
    for (let hop = 0; hop < back; hop += 1) await order.schedule(Promise.resolve(), `${what} comes back`);
    return answer;
  };
  // News travel, one behind the other; the log has them before.
  let news: Promise<unknown> = Promise.resolve();
  const bus = breakIt({
    ...memory,
    subscribe: (onMessage, ...rest) =>
      memory.subscribe(
        (message) => {
          news = Promise.all([news, order.schedule(Promise.resolve(), `news of ${message.version}`)]).then(() => onMessage(message));
        },
        ...rest,
      ),
    since: (...asked) => travels('the past', () => memory.since(...asked), hops),
    latest: (...asked) => travels('the newest cursor', () => memory.latest(...asked)),
  });
  const feed = createLiveFeed(bus, silentLogger, { pageMax });
  const live = createLive({
    schema,
    feed,
    questionOf: () => null,
    createContext: () => ({}),
    verifier: { verify: () => Promise.reject(new Error('nobody asks')) },
    clock: systemClock,
    logger: silentLogger,
    limits: { heldMax: 2 },
    groupTiming: { joinMs: 0, portion: 1 },
  });
  const question = (after: string | null): LiveQuestion => ({
    text: 'activity',
    shown: 'activity',
    authority: 'TENANT',
    after,
    field: {
      accept: () => (message) => message.id === 'lead_ours',
      interest: () => ({ by: 'all' }),
      onlyNewestCounts: false,
      // Results of one message may be ready before those of the one before.
      news: async (_context, message) => travels(`result of ${message.version}`, async () => message),
    },
    args: {},
    document,
    operation: operation ?? fail(),
    variables: {},
    compiled: { fields: 1, run: (_context, _variables, told) => String((told as Delivered).version) },
  });
  let version = 0;
  const change = async (): Promise<void> => {
    version += 1;
    const at = new Date().toISOString();
    // Others change, too: messages that are for nobody here.
    await bus.publish([
      { tenant: ACME, kind: 'lead', id: 'lead_other', version: 0, at, events: [] },
      { tenant: ACME, kind: 'lead', id: 'lead_ours', version, at, events: [] },
    ]);
  };

  function createWatcher() {
    const told: number[] = [];
    let cursor = '';
    let member: Member | undefined;
    const sink: LiveSink = {
      write({ frames }) {
        for (const frame of frames) {
          told.push(Number(/\d+/.exec(frame.text)?.[0]));
          cursor = frame.cursor;
        }
      },
      beat: () => undefined,
      waitingBytes: () => 0,
      whenTaken: (then) => then(),
      end: () => undefined,
    };
    return {
      told,
      get cameBack(): boolean {
        return member !== undefined;
      },
      async comeBack(): Promise<void> {
        member?.left();
        const reserved = await live.reserve(question(cursor), { token: '', identity: ANN });
        member = reserved.take(sink);
      },
    };
  }
  return { change, createWatcher, version: () => version, end: () => live.drain(0) };
}

function fail(): never {
  throw new Error('the document has no subscription');
}

const step = fc.oneof({ weight: 3, arbitrary: fc.constant<Step>('change') }, { weight: 1, arbitrary: fc.constant<Step>('come back') });
/** Timers and loaders have their turn behind each step. */
const scheduler = fc.scheduler({
  async act(act) {
    await act();
    await new Promise((resolve) => void setImmediate(resolve));
  },
});

/** Each comes when its steps say so, or behind the last of them: some ask for the log while what others asked for is on its way. */
const steps = fc.array(step, { minLength: 2, maxLength: 10 });
const people = fc.array(steps, { minLength: 1, maxLength: 4 });
const log: fc.Arbitrary<LogKind> = fc.record({ pageMax: fc.constantFrom(2, 500), hops: fc.constantFrom(1, 8) });

const property = (breakIt: Break) =>
  fc.asyncProperty(scheduler, people, log, async (order, all, kind) => {
    const world = createWorld(order, breakIt, kind);
    // From before anybody listened: only the log has it.
    for (let before = 0; before < 3; before += 1) await world.change();
    const acting = all.map(async (own) => {
      const watcher = world.createWatcher();
      for (const what of own) {
        await order.schedule(Promise.resolve(), what);
        await (what === 'change' ? world.change() : watcher.comeBack());
      }
      if (!watcher.cameBack) await watcher.comeBack();
      return watcher;
    });
    const watchers = await order.waitFor(Promise.all(acting));
    const versions = Array.from({ length: world.version() }, (_, at) => at + 1);
    const told = async (): Promise<void> => {
      await order.waitIdle();
      expect(watchers.every((watcher) => (watcher.told.at(-1) ?? 0) >= world.version())).toBe(true);
    };
    try {
      await vi.waitFor(told, { timeout: 2_000, interval: 1 });
    } finally {
      await world.end();
    }
    for (const watcher of watchers) expect(watcher.told).toEqual(versions);
  });

const RUNS = Number(process.env['INTERLEAVINGS'] ?? 300);

test('nothing is missed, nothing told twice, and the order kept', { timeout: 600_000 }, async () => {
  const found = await fc.check(
    property((bus) => bus),
    { numRuns: Math.min(RUNS, 20_000) },
  );
  expect(found.failed ? fc.defaultReportMessage(found) : 'holds').toBe('holds');
});

test('which is found where the log has lost a message', { timeout: 120_000 }, async () => {
  const leaky: Break = (bus) => ({
    ...bus,
    since: async (...asked) => {
      const page = await bus.since(...asked);
      return { ...page, messages: page.messages.filter(({ version }) => version !== 2) };
    },
  });
  const { failed } = await fc.check(property(leaky), { numRuns: 200, endOnFailure: true });
  expect(failed).toBe(true);
});

test('and where the bus tells one twice', { timeout: 120_000 }, async () => {
  const stuttering: Break = (bus) => ({
    ...bus,
    subscribe: (onMessage, ...rest) =>
      bus.subscribe(
        (message) => {
          onMessage(message);
          if (message.version === 4) onMessage({ ...message, cursor: `${message.cursor.slice(0, -1)}9` });
        },
        ...rest,
      ),
  });
  const { failed } = await fc.check(property(stuttering), { numRuns: 200, endOnFailure: true });
  expect(failed).toBe(true);
});
