/**
 * One consumer per lane, each with its own group, so that a slow lane never holds back a fast one. Every batch is worked on in slices that take
 * turns with those of the other lanes and roles (lanes/), with heartbeats and a deadline (attend.ts): handlers need to know nothing of it.
 */
import type { RecordedEvent } from '../../domain/messages.ts';
import type { LogBatch, LogConsumer, ReceivedRecord } from '../../platform/log/log.ts';
import { eventTopic, groupOf } from '../../platform/log/topics.ts';
import type { Lane } from '../../domain/messages.ts';
import { decodeEvent, MalformedMessageError } from '../../platform/messages/decode.ts';
import { DeadlineError } from './attend.ts';
import { deadLetter, type RecordFailure } from './dead-letter.ts';
import { createLaneFacts } from './lanes/lane-facts.ts';
import { createLanes } from './lanes/lanes.ts';
import { workInSlices } from './lanes/work-in-slices.ts';
import type { RoleHealth, RoleName, WorkerPorts } from './role.ts';

/** A consumer that lives fetches, commits or beats far more often. */
const SILENT_MS = 30_000;
/** Some milliseconds of work: what a faster lane may have to wait for at each of its steps. */
const SLICE_MAX = 64;
/** Below the time that a rebalance of the group waits for its members. */
const DEADLINE_MS = 60_000;

export interface LaneConsumers {
  stop(): Promise<void>;
  /** Totals since the start, and each lane's oldest record in flight, for the health page. */
  facts(): RoleHealth['facts'];
  /** The role's health where nothing but its consumers can be unwell: not ok while one of them gives no sign of life. */
  health(detail: string, facts?: RoleHealth['facts']): RoleHealth;
}

/** How a role works on what it consumes. */
export interface LaneWork {
  readonly ports: WorkerPorts;
  readonly role: RoleName;
  /** Records in one call of the handler at the most. */
  readonly recordsMax: number;
  /** The same while a faster lane is awake; default 64. */
  readonly sliceMax?: number | undefined;
  /** One call that takes longer has failed: its signal aborts, and its records come again. Default 60,000. */
  readonly deadlineMs?: number | undefined;
  /** True where handlers are long (they wait for an AI, they walk through all leads): they get slots that no other role waits for. */
  readonly ownSlots?: boolean | undefined;
}

export interface ConsumeLanesOptions extends LaneWork {
  readonly topicOf: (lane: Lane) => string;
  /** Called with a slice of a batch at a time; the offset moves behind it once it resolves. The batch's signal tells of the deadline too. */
  readonly handle: (batch: LogBatch, group: string) => Promise<void>;
}

/** Starts a consumer on each lane of this process. Where one cannot start, those that did are stopped again and the error is let out. */
export async function consumeLanes(options: ConsumeLanesOptions): Promise<LaneConsumers> {
  const { ports, role, topicOf, recordsMax, sliceMax = SLICE_MAX, deadlineMs = DEADLINE_MS, ownSlots = false, handle } = options;
  const lanes = ports.lanes ?? createLanes();
  const pool = ownSlots ? lanes.newPool() : lanes.shared;
  const laneFacts = createLaneFacts(pool, ports.clock);
  const startLane = (lane: Lane): Promise<LogConsumer> => {
    const group = groupOf(role, lane);
    return ports.log.consume({
      group,
      topic: topicOf(lane),
      recordsMax,
      handle: (batch) =>
        laneFacts.watch(lane, batch, (onFinished) =>
          workInSlices(batch, { lane, pool, sliceMax, deadlineMs, onFinished, handle: (slice) => handle(slice, group) }),
        ),
      onError(error) {
        laneFacts.failed(error instanceof DeadlineError);
        ports.logger.error({ role, lane, error }, 'a consumer met an error; the batch is tried again');
      },
    });
  };
  const started = await Promise.allSettled(lanes.own.map(startLane));
  const consumers = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failed = started.find((result) => result.status === 'rejected');
  const stop = async (): Promise<void> => {
    await Promise.all(consumers.map((consumer) => consumer.stop()));
  };
  if (failed) {
    await stop();
    throw failed.reason;
  }
  const idleMs = (): number => Math.max(...consumers.map((consumer) => consumer.idleMs()));
  const facts = (): RoleHealth['facts'] => ({ ...laneFacts.facts(), idle_ms: Math.round(idleMs()) });
  return {
    stop,
    facts,
    health: (detail, more = {}) =>
      idleMs() < SILENT_MS
        ? { ok: true, detail, facts: { ...more, ...facts() } }
        : { ok: false, detail: `nothing was heard from the log for ${Math.round(idleMs() / 1_000)} s`, facts: { ...more, ...facts() } },
  };
}

/** What a batch holds, parsed; and what can never be read, for the dead letters. */
export function readRecords<T>(
  records: readonly ReceivedRecord[],
  decode: (text: string) => T,
): { readonly readable: readonly { readonly record: ReceivedRecord; readonly value: T }[]; readonly unreadable: readonly RecordFailure[] } {
  const readable: { record: ReceivedRecord; value: T }[] = [];
  const unreadable: RecordFailure[] = [];
  for (const record of records) {
    try {
      readable.push({ record, value: decode(record.value) });
    } catch (error) {
      if (!(error instanceof MalformedMessageError)) throw error;
      unreadable.push({ record, reason: error.message, attempts: 1 });
    }
  }
  return { readable, unreadable };
}

/** An event that can never be handled. */
export interface EventFailure {
  readonly event: RecordedEvent;
  readonly reason: string;
}

export interface ConsumeEventsOptions extends LaneWork {
  /** May answer events that no repetition will help: they go to the dead letters. */
  readonly handle: (events: readonly RecordedEvent[], batch: LogBatch) => Promise<readonly EventFailure[] | void>;
}

/** Consumes the events of every lane. */
export function consumeEvents({ handle, ...work }: ConsumeEventsOptions): Promise<LaneConsumers> {
  const { ports } = work;
  return consumeLanes({
    ...work,
    topicOf: eventTopic,
    async handle(batch, group) {
      const { readable, unreadable } = readRecords(batch.records, decodeEvent);
      const events = readable.map(({ value }) => value);
      const failures = (events.length > 0 ? await handle(events, batch) : undefined) ?? [];
      const reasons = new Map(failures.map(({ event, reason }) => [event, reason]));
      const failed = readable.flatMap(({ record, value }): RecordFailure[] => {
        const reason = reasons.get(value);
        return reason === undefined ? [] : [{ record, reason, attempts: 1 }];
      });
      // Last, so that a batch that comes again for another reason does not put the same records aside again and again.
      await deadLetter(ports, group, [...unreadable, ...failed]);
    },
  });
}
