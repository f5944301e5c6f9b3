/** The log on Kafka, through kafkajs. What kafkajs does wrong or leaves open stays behind this port: see kafka/. */
import { silentLogger, type Logger } from '../telemetry/logger.ts';
import { createAppender, producerWithoutRetries } from './kafka/appender.ts';
import { kafkaClient, type KafkaAddress } from './kafka/client.ts';
import { createCluster } from './kafka/cluster.ts';
import { startConsumer } from './kafka/consumer.ts';
import { DEFAULT_TIMING, type KafkaTiming } from './kafka/timing.ts';
import type { Log, LogConsumer } from './log.ts';

export interface KafkaLogSettings extends KafkaAddress {
  /** Told of trouble that kafkajs works around. */
  readonly logger?: Logger;
  readonly timing?: Partial<KafkaTiming>;
  /** Of topics that ensureTopics makes. Consumers of one group beyond this number have nothing to do. Default 6. */
  readonly partitions?: number;
  /** Of topics that ensureTopics makes; -1 takes the broker's default. */
  readonly replicationFactor?: number;
}

const PARTITIONS = 6;
const BROKERS_DEFAULT = -1;
/** Fetches and joins have longer limits of their own. */
const CONSUMER_REQUEST_TIMEOUT_MS = 10_000;

/** Connects when first used. `close` stops the consumers that still run, sends what waits and disconnects. */
export function createKafkaLog(settings: KafkaLogSettings): Log {
  const timing = { ...DEFAULT_TIMING, ...settings.timing };
  const logger = settings.logger ?? silentLogger;
  const report = (error: unknown): void => logger.warn({ error }, 'a Kafka client did not disconnect in order');
  const quick = kafkaClient(settings, timing.answerTimeoutMs, logger);
  const patient = kafkaClient(settings, CONSUMER_REQUEST_TIMEOUT_MS, logger);
  const topics = { timing, partitions: settings.partitions ?? PARTITIONS, replicationFactor: settings.replicationFactor ?? BROKERS_DEFAULT };
  const appender = createAppender(() => producerWithoutRetries(quick), timing, report);
  const cluster = createCluster(quick, topics, report);
  const consumers = new Set<LogConsumer>();
  return {
    ensureTopics: cluster.ensureTopics,
    append: appender.append,
    lag: cluster.lag,
    trim: cluster.trim,
    check: cluster.check,
    async consume(options) {
      const consumer = await startConsumer(patient, options, timing);
      consumers.add(consumer);
      return {
        idleMs: () => consumer.idleMs(),
        async stop() {
          await consumer.stop();
          consumers.delete(consumer);
        },
      };
    },
    async close() {
      await Promise.all([...consumers].map((consumer) => consumer.stop()));
      await Promise.all([appender.close(), cluster.close()]);
    },
  };
}
