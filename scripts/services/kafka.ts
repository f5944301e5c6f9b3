/** One Kafka server of our own: broker and controller in one process (KRaft), in a folder, on loopback ports. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Kafka, logLevel } from 'kafkajs';
import { quietKafkaTimers } from '../../platform/log/kafka/quiet-timers.ts';
import { findJava, kafkaJars } from './kafka-jars.ts';
import { keptPort } from './ports.ts';
import { startService, type Service } from './service.ts';

/** The id of our one-server cluster; any 16 bytes in base64url. */
const CLUSTER_ID = 'bGVhZC1pbnRlbGxpZ2U';

export interface KafkaOptions {
  readonly folder: string;
  /** Durable or not, Kafka leaves syncing to the system; not durable means only that the JVM starts fast rather than runs fast. */
  readonly durable: boolean;
  /** The loopback port that clients are sent to, where something stands between them and the server: it must pass connections on already. */
  readonly advertisedPort?: number | undefined;
}

/** `brokers` is the server's own address, whatever it advertises. */
export async function startKafka(options: KafkaOptions): Promise<{ service: Service; brokers: string }> {
  const java = findJava();
  const jars = join(await kafkaJars(), '*');
  const home = resolve(options.folder, 'kafka');
  mkdirSync(home, { recursive: true });
  const port = await keptPort(options.folder, 'kafka');
  const controllerPort = await keptPort(options.folder, 'kafka-controller');
  const properties = join(home, 'server.properties');
  const logging = join(home, 'log4j2.properties');
  const data = join(home, 'data');
  writeFileSync(properties, serverProperties({ port, controllerPort, data, advertisedPort: options.advertisedPort ?? port }));
  writeFileSync(logging, QUIET_LOGGING);
  const run = ['-cp', jars, `-Dlog4j2.configurationFile=${logging}`];
  if (!existsSync(join(data, 'meta.properties'))) {
    const format = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', ...run, 'kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', properties];
    await promisify(execFile)(java, format);
  }
  const brokers = `127.0.0.1:${port}`;
  const service = await startService({
    name: 'Kafka',
    file: java,
    args: ['-Xms128m', '-Xmx512m', '-XX:+UseSerialGC', ...(options.durable ? [] : ['-XX:TieredStopAtLevel=1']), ...run, 'kafka.Kafka', properties],
    stopSignal: 'SIGTERM',
    logFile: join(options.folder, 'kafka.log'),
    ready: () => answers(brokers),
    startTimeoutMs: 60_000,
  });
  return { service, brokers };
}

function serverProperties(at: { port: number; controllerPort: number; data: string; advertisedPort: number }): string {
  return Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${at.controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${at.port},CONTROLLER://127.0.0.1:${at.controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${at.advertisedPort}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': at.data,
    // A topic that nobody made is a mistake to be seen, not to be papered over.
    'auto.create.topics.enable': false,
    'num.partitions': 4,
    'default.replication.factor': 1,
    'min.insync.replicas': 1,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 2,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 2,
    // One process and few members: no group needs to wait for others, and tests may lose a member quickly.
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 500,
    // A killed server may come back this soon (default 9 s: its old registration must run out first).
    'broker.session.timeout.ms': 3_000,
    'broker.heartbeat.interval.ms': 500,
    'log.cleaner.dedupe.buffer.size': 16 * 1024 * 1024,
    'num.network.threads': 2,
    'num.io.threads': 4,
  })
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

const QUIET_LOGGING = `appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d %p %c{1} %m%n
rootLogger.level=WARN
rootLogger.appenderRef.out.ref=out
`;

/** The broker answers and so does its coordinator of groups (which makes its own topic when first asked). */
async function answers(brokers: string): Promise<void> {
  quietKafkaTimers();
  const admin = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING, connectionTimeout: 1_000, requestTimeout: 2_000, retry: { retries: 0 } }).admin();
  try {
    await admin.connect();
    await admin.describeCluster();
    await admin.fetchOffsets({ groupId: 'readiness' });
  } finally {
    await admin.disconnect();
  }
}
