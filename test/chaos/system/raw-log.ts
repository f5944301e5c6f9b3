/** Kafka as somebody without manners uses it: raw bytes in and out, past the product's own log. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Kafka, logLevel, type Admin, type Producer } from 'kafkajs';
import { quietKafkaTimers } from '../../../platform/log/kafka/quiet-timers.ts';

export interface RawRecord {
  readonly partition: number;
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer | string | (Buffer | string)[] | undefined>>;
}

export interface RawLog {
  /** The newest records of every partition, at most `lastMax` of each; `Infinity`: all. Rejects where it takes longer than a minute. */
  read(topic: string, lastMax: number): Promise<RawRecord[]>;
  /** Answers partition and first offset. Where that is not known it is tried again: a record may then stand there twice. */
  append(topic: string, records: readonly Pick<RawRecord, 'key' | 'value'>[], partition?: number): Promise<{ partition: number; offset: string }>;
  /** Where each partition of the topic ends, as text to compare. */
  ends(topic: string): Promise<string>;
  close(): Promise<void>;
}

const READ_TIMEOUT_MS = 60_000;
const TRY_MS = 60_000;

export function createRawLog(brokers: string): RawLog {
  quietKafkaTimers();
  const retry = { retries: 3, initialRetryTime: 100, maxRetryTime: 1_000 };
  const kafka = new Kafka({ brokers: [brokers], clientId: 'chaos', logLevel: logLevel.NOTHING, connectionTimeout: 1_000, requestTimeout: 5_000, retry });

  async function withAdmin<T>(ask: (admin: Admin) => Promise<T>): Promise<T> {
    const admin = kafka.admin();
    await admin.connect();
    try {
      return await ask(admin);
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }

  async function send(topic: string, records: readonly Pick<RawRecord, 'key' | 'value'>[], partition?: number) {
    const producer: Producer = kafka.producer({ allowAutoTopicCreation: false });
    await producer.connect();
    try {
      const messages = records.map(({ key, value }) => ({ key, value, ...(partition === undefined ? {} : { partition }) }));
      const [told] = await producer.send({ topic, acks: -1, messages });
      return { partition: told?.partition ?? 0, offset: told?.baseOffset ?? '0' };
    } finally {
      await producer.disconnect().catch(() => undefined);
    }
  }

  return {
    read: (topic, lastMax) => readRecords(kafka, topic, lastMax, withAdmin),
    append: (topic, records, partition) => insist(() => send(topic, records, partition)),
    ends: (topic) =>
      withAdmin(async (admin) => {
        const offsets = await admin.fetchTopicOffsets(topic);
        return offsets
          .map(({ partition, high }) => `${partition}:${high}`)
          .sort()
          .join(' ');
      }),
    close: async () => undefined,
  };
}

async function insist<T>(attempt: () => Promise<T>): Promise<T> {
  const deadlineMs = performance.now() + TRY_MS;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadlineMs) throw error;
      await delay(500);
    }
  }
}

async function readRecords(
  kafka: Kafka,
  topic: string,
  lastMax: number,
  withAdmin: <T>(ask: (admin: Admin) => Promise<T>) => Promise<T>,
): Promise<RawRecord[]> {
  const offsets = await withAdmin((admin) => admin.fetchTopicOffsets(topic));
  const wanted = offsets.map(({ partition, low, high }) => ({ partition, from: Math.max(Number(low), Number(high) - lastMax), end: Number(high) }));
  const open = new Map(wanted.filter(({ from, end }) => end > from).map(({ partition, end }) => [partition, end]));
  const records: RawRecord[] = [];
  if (open.size === 0) return records;
  const groupId = `chaos-${randomBytes(6).toString('hex')}`;
  const consumer = kafka.consumer({ groupId, allowAutoTopicCreation: false, maxWaitTimeInMs: 200 });
  const done = Promise.withResolvers<void>();
  const late = setTimeout(() => done.reject(new Error(`${topic} could not be read within ${READ_TIMEOUT_MS} ms`)), READ_TIMEOUT_MS);
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ partition, message: { key, value, offset, headers } }) => {
        const end = open.get(partition);
        if (end === undefined) return;
        if (Number(offset) < end) records.push({ partition, offset, key, value, headers: headers ?? {} });
        if (Number(offset) >= end - 1) open.delete(partition);
        if (open.size === 0) done.resolve();
      },
    });
    for (const { partition, from } of wanted) consumer.seek({ topic, partition, offset: String(from) });
    await done.promise;
    return records;
  } finally {
    clearTimeout(late);
    await consumer.disconnect().catch(() => undefined);
    await withAdmin((admin) => admin.deleteGroups([groupId])).catch(() => undefined);
  }
}
