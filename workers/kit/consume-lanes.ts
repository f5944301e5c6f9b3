/** One consumer per lane, each with its own group, so that a slow lane never holds back a fast one. */
import { LANES, type RecordedEvent } from '../../domain/messages.ts';
import type { LogBatch, LogConsumer, ReceivedRecord } from '../../platform/log/log.ts';
import { eventTopic, groupOf } from '../../platform/log/topics.ts';
import type { Lane } from '../../domain/messages.ts';
import { decodeEvent, MalformedMessageError } from '../../platform/messages/decode.ts';
import { deadLetter } from './dead-letter.ts';
import type { RoleHealth, RoleName, WorkerPorts } from './role.ts';

export interface LaneConsumers {
  stop(): Promise<void>;
  /** Totals since the start, for the health page. */
  facts(): RoleHealth['facts'];
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
  return { stop, facts: () => ({ ...totals, idle_ms: Math.max(...consumers.map((consumer) => consumer.idleMs())) }) };
}

/** Parses each record; what can never be read goes to the dead letters and is left out. */
export async function readRecords<T>(
  ports: WorkerPorts,
  group: string,
  records: readonly ReceivedRecord[],
  decode: (text: string) => T,
): Promise<{ record: ReceivedRecord; value: T }[]> {
  const readable: { record: ReceivedRecord; value: T }[] = [];
  const unreadable: { record: ReceivedRecord; reason: string; attempts: number }[] = [];
  for (const record of records) {
    try {
      readable.push({ record, value: decode(record.value) });
    } catch (error) {
      if (!(error instanceof MalformedMessageError)) throw error;
      unreadable.push({ record, reason: error.message, attempts: 1 });
    }
  }
  await deadLetter(ports, group, unreadable);
  return readable;
}

export interface ConsumeEventsOptions {
  readonly ports: WorkerPorts;
  readonly role: RoleName;
  readonly recordsMax: number;
  readonly handle: (events: readonly RecordedEvent[], batch: LogBatch) => Promise<void>;
}

/** Consumes the events of every lane. */
export function consumeEvents({ ports, role, recordsMax, handle }: ConsumeEventsOptions): Promise<LaneConsumers> {
  return consumeLanes({
    ports,
    role,
    topicOf: eventTopic,
    recordsMax,
    async handle(batch, group) {
      const events = await readRecords(ports, group, batch.records, decodeEvent);
      if (events.length > 0)
        await handle(
          events.map(({ value }) => value),
          batch,
        );
    },
  });
}
