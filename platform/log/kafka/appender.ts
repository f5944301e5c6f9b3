/**
 * Appends with group commit: one produce request is under way at a time, and what arrives meanwhile goes out together in the next.
 * An idle log sends at once. Retries are whole requests on a new producer: a retry inside kafkajs takes a broker that has answered
 * for done, although a partition may have moved to it since, and its records would be lost.
 */
import type { Kafka, Producer, ProducerBatch, TopicMessages } from 'kafkajs';
import { nextTurn } from '../next-turn.ts';
import { givenUp, type AppendOptions, type LogRecord } from '../log.ts';
import { createConnection } from './connection.ts';
import { isPassing, persist } from './failures.ts';
import { createPartitioner } from './partitioner.ts';
import type { KafkaTiming } from './timing.ts';

export interface Appender {
  readonly append: (records: readonly LogRecord[], options?: AppendOptions) => Promise<void>;
  /** Sends what waits, then disconnects. */
  readonly close: () => Promise<void>;
}

interface Parcel {
  readonly records: readonly LogRecord[];
  readonly bytes: number;
  readonly done: PromiseWithResolvers<void>;
  /** It was in a request that was refused for good: on its own, so that only the one at fault fails. */
  isSuspect: boolean;
  /** Nobody waits for it any more: where it is not on its way it is not sent. */
  isGivenUp: boolean;
}

/** What is used of a producer. */
export type AppenderProducer = Pick<Producer, 'connect' | 'disconnect' | 'sendBatch'>;

/** `newProducer` makes one that does not retry by itself. */
export function createAppender(newProducer: () => AppenderProducer, timing: KafkaTiming, report: (error: unknown) => void): Appender {
  const connection = createConnection(newProducer, report);
  let waiting: Parcel[] = [];
  let sending: Promise<void> | undefined;

  /** Until the time is up, each try on a new producer with fresh metadata. */
  const send = async (records: readonly LogRecord[]): Promise<void> => {
    const batch: ProducerBatch = { acks: -1, timeout: timing.answerTimeoutMs, topicMessages: byTopic(records) };
    await persist(timing.answerTimeoutMs, (leftMs) => connection.use(leftMs, (producer) => producer.sendBatch(batch)));
  };

  const settle = async (parcels: readonly Parcel[]): Promise<void> => {
    try {
      await send(parcels.flatMap((parcel) => parcel.records));
      for (const parcel of parcels) parcel.done.resolve();
    } catch (error) {
      refuse(parcels, error);
    }
  };
  /** What waited for the same dead broker is refused too, or the last in line would wait many times as long. */
  const refuse = (parcels: readonly Parcel[], error: unknown): void => {
    if (!isPassing(error) && parcels.length > 1) {
      for (const parcel of parcels) parcel.isSuspect = true;
      waiting.unshift(...parcels.filter((parcel) => !parcel.isGivenUp));
      return;
    }
    for (const parcel of parcels) parcel.done.reject(error);
    if (!isPassing(error)) return;
    const alsoWaiting = waiting;
    waiting = [];
    for (const parcel of alsoWaiting) parcel.done.reject(error);
  };

  const sendAll = async (): Promise<void> => {
    do {
      await nextTurn();
      const parcels = takeRequest();
      if (parcels.length > 0) await settle(parcels);
    } while (waiting.length > 0);
    sending = undefined;
  };
  const takeRequest = (): Parcel[] => {
    if (waiting[0]?.isSuspect === true) return waiting.splice(0, 1);
    let bytes = 0;
    const end = waiting.findIndex((parcel, index) => (bytes += parcel.bytes) > timing.requestBytesMax && index > 0);
    return waiting.splice(0, end === -1 ? waiting.length : end);
  };

  return {
    async append(records, { signal } = {}) {
      if (signal?.aborted) throw givenUp();
      const parcels = pack(records, timing.requestBytesMax);
      waiting.push(...parcels);
      if (parcels.length > 0) sending ??= sendAll();
      const giveUp = (): void => {
        waiting = waiting.filter((parcel) => !parcels.includes(parcel));
        for (const parcel of parcels) {
          parcel.isGivenUp = true;
          parcel.done.reject(givenUp());
        }
      };
      signal?.addEventListener('abort', giveUp, { once: true });
      try {
        await Promise.all(parcels.map((parcel) => parcel.done.promise));
      } finally {
        signal?.removeEventListener('abort', giveUp);
      }
    },
    async close() {
      await sending;
      await connection.close();
    },
  };
}

/** Same key, same partition as with the Java client (murmur2). */
export const producerWithoutRetries = (kafka: Kafka): Producer => kafka.producer({ allowAutoTopicCreation: false, createPartitioner, retry: { retries: 0 } });

function byTopic(records: readonly LogRecord[]): TopicMessages[] {
  const topics = new Map<string, TopicMessages>();
  for (const { topic, key, value, headers } of records) {
    const of = topics.get(topic) ?? { topic, messages: [] };
    topics.set(topic, of);
    of.messages.push(headers ? { key, value, headers: { ...headers } } : { key, value });
  }
  return [...topics.values()];
}

/** Cuts one append where it is larger than a request may be. Throws a RangeError where a single record is. */
function pack(records: readonly LogRecord[], bytesMax: number): Parcel[] {
  const parcels: Parcel[] = [];
  let from = 0;
  let bytes = 0;
  const cut = (to: number): void => {
    if (to > from) parcels.push({ records: records.slice(from, to), bytes, done: Promise.withResolvers<void>(), isSuspect: false, isGivenUp: false });
    from = to;
    bytes = 0;
  };
  for (const [index, record] of records.entries()) {
    const size = sizeOf(record);
    if (size > bytesMax) throw new RangeError(`a record of ${size} bytes for ${record.topic} is larger than the log takes (${bytesMax})`);
    if (bytes + size > bytesMax) cut(index);
    bytes += size;
  }
  cut(records.length);
  return parcels;
}

/** More than a record's own framing in a batch. */
const FRAMING_BYTES = 32;

function sizeOf({ key, value, headers }: LogRecord): number {
  let bytes = FRAMING_BYTES + Buffer.byteLength(key) + Buffer.byteLength(value);
  for (const [name, text] of Object.entries(headers ?? {})) bytes += FRAMING_BYTES + Buffer.byteLength(name) + Buffer.byteLength(text);
  return bytes;
}
