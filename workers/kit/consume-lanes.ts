/** One consumer per lane, each with its own group, so that a slow lane never holds back a fast one. */
import { LANES, type RecordedEvent } from '../../domain/messages.ts';
import type { LogBatch, LogConsumer, ReceivedRecord } from '../../platform/log/log.ts';
import { eventTopic, groupOf } from '../../platform/log/topics.ts';
import type { Lane } from '../../domain/messages.ts';
import { decodeEvent, MalformedMessageError } from '../../platform/messages/decode.ts';
import { deadLetter, type RecordFailure } from './dead-letter.ts';
import type { RoleHealth, RoleName, WorkerPorts } from './role.ts';

/** A consumer that lives fetches, commits or beats far more often. */
const SILENT_MS = 30_000;

export interface LaneConsumers {
  stop(): Promise<void>;
  /** Totals since the start, for the health page. */
  facts(): RoleHealth['facts'];
  /** The role's health where nothing but its consumers can be unwell: not ok while one of them gives no sign of life. */
  health(detail: string, facts?: RoleHealth['facts']): RoleHealth;
}

export interface ConsumeLanesOptions {
  readonly ports: WorkerPorts;
  readonly role: RoleName;
  readonly topicOf: (lane: Lane) => string;
  readonly recordsMax: number;
  readonly handle: (batch: LogBatch, group: string) => Promise<void>;
}

/** Starts a consumer on each lane. Where one cannot start, those that did are stopped again and the error is let out. */
export async function consumeLanes({ ports, role, topicOf, recordsMax, handle }: ConsumeLanesOptions): Promise<LaneConsumers> {
  const totals = { handled_total: 0, errors_total: 0 };
  const startLane = (lane: Lane): Promise<LogConsumer> => {
    const group = groupOf(role, lane);
    return ports.log.consume({
      group,
      topic: topicOf(lane),
      recordsMax,
      async handle(batch) {
        await handle(batch, group);
        totals.handled_total += batch.records.length;
      },
      onError(error) {
        totals.errors_total += 1;
        ports.logger.error({ role, lane, error }, 'a consumer met an error; the batch is tried again');
      },
    });
  };
  const started = await Promise.allSettled(LANES.map(startLane));
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
  const facts = (): RoleHealth['facts'] => ({ ...totals, idle_ms: idleMs() });
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

export interface ConsumeEventsOptions {
  readonly ports: WorkerPorts;
  readonly role: RoleName;
  readonly recordsMax: number;
  /** May answer events that no repetition will help: they go to the dead letters. */
  readonly handle: (events: readonly RecordedEvent[], batch: LogBatch) => Promise<readonly EventFailure[] | void>;
}

/** Consumes the events of every lane. */
export function consumeEvents({ ports, role, recordsMax, handle }: ConsumeEventsOptions): Promise<LaneConsumers> {
  return consumeLanes({
    ports,
    role,
    topicOf: eventTopic,
    recordsMax,
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
