/** Questions to the cluster and its topics. */
import kafkajs, { type Admin, type Kafka } from 'kafkajs';
import { LogUnavailableError, type Log } from '../log.ts';
import { createConnection } from './connection.ts';
import { persist } from './failures.ts';
import type { KafkaTiming } from './timing.ts';
import { trimTopic } from './trim.ts';

export interface Cluster {
  readonly ensureTopics: (topics: readonly string[]) => Promise<void>;
  readonly lag: (group: string, topic: string) => Promise<number>;
  readonly trim: Log['trim'];
  readonly check: () => Promise<void>;
  readonly close: () => Promise<void>;
}

// Its errors are no named exports to node.
const { KafkaJSAggregateError, KafkaJSProtocolError } = kafkajs;

const CREATE_TIMEOUT_MS = 20_000;
/** Some questions and a deletion on every broker; nobody waits for it. */
const TRIM_TIMEOUT_MS = 10_000;

export function createCluster(
  kafka: Kafka,
  settings: { readonly timing: KafkaTiming; readonly partitions: number; readonly replicationFactor: number },
  report: (error: unknown) => void,
): Cluster {
  const { answerTimeoutMs } = settings.timing;
  const connection = createConnection<Admin>(() => kafka.admin(), report);
  const ask = <Result>(timeoutMs: number, question: (admin: Admin) => Promise<Result>): Promise<Result> =>
    persist(timeoutMs, (leftMs) => connection.use(leftMs, question));
  return {
    ensureTopics: (topics) =>
      ask(CREATE_TIMEOUT_MS, async (admin) => {
        const there = new Set(await admin.listTopics());
        const missing = [...new Set(topics)].filter((topic) => !there.has(topic));
        const { partitions, replicationFactor } = settings;
        // One by one: kafkajs cannot say which of several existed already.
        for (const topic of missing) await createUnlessThere(admin, { topic, numPartitions: partitions, replicationFactor });
        await Promise.all([...new Set(topics)].map((topic) => partitionsAnswer(admin, topic)));
      }),
    lag: (group, topic) =>
      ask(answerTimeoutMs, async (admin) => {
        const [ends, [committed]] = await Promise.all([admin.fetchTopicOffsets(topic), admin.fetchOffsets({ groupId: group, topics: [topic] })]);
        const finished = new Map(committed?.partitions.map(({ partition, offset }) => [partition, BigInt(offset)]));
        return ends.reduce((sum, { partition, low, high }) => sum + unfinished(BigInt(low), BigInt(high), finished.get(partition) ?? NOTHING_COMMITTED), 0);
      }),
    trim: (topic, groups, olderThanMs) => {
      // Once, however often it is tried: what was younger when the caller asked stays.
      const beforeMs = olderThanMs === 0 ? null : Date.now() - olderThanMs;
      return ask(TRIM_TIMEOUT_MS, (admin) => trimTopic(admin, topic, groups, beforeMs));
    },
    check: () => ask(answerTimeoutMs, async (admin) => void (await admin.describeCluster())),
    close: () => connection.close(),
  };
}

/**
 * Throws what is tried again until each partition's leader takes requests for it. Metadata names leaders a moment before they do: an append then would be
 * refused by one partition and repeated as a whole, so that the others had its records twice.
 */
async function partitionsAnswer(admin: Admin, topic: string): Promise<void> {
  await admin.fetchTopicMetadata({ topics: [topic] });
  try {
    await admin.fetchTopicOffsets(topic);
  } catch (error) {
    // kafkajs takes it for granted that somebody leads.
    if (error instanceof TypeError) throw new LogUnavailableError(`Kafka: nobody leads ${topic} yet`, { cause: error });
    throw error;
  }
}

const NOTHING_COMMITTED = -1n;

/** What was deleted by age counts no more. */
const unfinished = (low: bigint, high: bigint, committed: bigint): number => Number(high - (committed > low ? committed : low));

async function createUnlessThere(admin: Admin, topic: { topic: string; numPartitions: number; replicationFactor: number }): Promise<void> {
  try {
    await admin.createTopics({ topics: [topic], waitForLeaders: true });
  } catch (error) {
    if (!existsAlready(error)) throw error;
  }
}

const existsAlready = (error: unknown): boolean =>
  error instanceof KafkaJSAggregateError ? error.errors.every(existsAlready) : error instanceof KafkaJSProtocolError && error.type === 'TOPIC_ALREADY_EXISTS';
