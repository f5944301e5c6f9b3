/**
 * The log's way into Kafka, and a bare kafkajs producer with the same records, in one process on one core, in interleaved rounds.
 * Arguments: brokers, seconds of a round, rounds. Both sides have the patches of kafkajs (platform/log/kafka/quiet-timers.ts, quick-produce.ts).
 */
import { Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';
import { createKafkaLog } from '../../../platform/log/kafka-log.ts';
import type { LogRecord } from '../../../platform/log/log.ts';
import { dayOfCommands } from '../day.ts';
import type { ProduceRound } from '../scenarios/produce.ts';

const TOPIC = 'bench.produce';
const RECORDS = 2_000;
/** Requests of a gateway that wait for the log at one time. */
const CALLERS = 64;
const BATCH = 500;
const BATCH_CALLERS = 4;

const [, , brokers = '', seconds = '', rounds = ''] = process.argv;
const address = { brokers: brokers.split(','), clientId: 'bench-produce' };
const records: readonly LogRecord[] = (await dayOfCommands('produce', RECORDS)).map((record) => ({ ...record, topic: TOPIC }));

/** `size` records, going round. */
function createTaker(): (size: number) => LogRecord[] {
  let at = 0;
  return (size) => Array.from({ length: size }, () => records[(at += 1) % records.length] as LogRecord);
}

/** As many callers as told, each sending its next when it has its answer. Records a second. */
async function measure(
  callers: number,
  size: number,
  send: (records: readonly LogRecord[]) => Promise<unknown>,
): Promise<{ perSecond: number; micros: number }> {
  const take = createTaker();
  const startedMs = performance.now();
  const startedCpu = process.cpuUsage();
  const endMs = startedMs + Number(seconds) * 1000;
  let sent = 0;
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (performance.now() < endMs) {
        await send(take(size));
        sent += size;
      }
    }),
  );
  const { user, system } = process.cpuUsage(startedCpu);
  return { perSecond: (sent * 1000) / (performance.now() - startedMs), micros: (user + system) / sent };
}

const log = createKafkaLog(address);
await log.ensureTopics([TOPIC]);
const producer: Producer = new Kafka({ ...address, logLevel: logLevel.NOTHING }).producer({
  allowAutoTopicCreation: false,
  createPartitioner: Partitioners.DefaultPartitioner,
});
await producer.connect();
const ours = (batch: readonly LogRecord[]): Promise<void> => log.append(batch);
const bare = (batch: readonly LogRecord[]): Promise<unknown> =>
  producer.send({ topic: TOPIC, acks: -1, messages: batch.map(({ key, value }) => ({ key, value })) });

const CONTESTANTS: readonly { readonly shape: ProduceRound['shape']; readonly name: string; readonly run: () => ReturnType<typeof measure> }[] = [
  { shape: 'singles', name: 'this log', run: () => measure(CALLERS, 1, ours) },
  { shape: 'singles', name: `kafkajs, ${CALLERS} sends of one`, run: () => measure(CALLERS, 1, bare) },
  { shape: 'singles', name: `kafkajs, one send of ${CALLERS}`, run: () => measure(1, CALLERS, bare) },
  { shape: 'singles', name: `kafkajs, two sends of ${CALLERS / 2}`, run: () => measure(2, CALLERS / 2, bare) },
  { shape: 'batches', name: 'this log', run: () => measure(BATCH_CALLERS, BATCH, ours) },
  { shape: 'batches', name: `kafkajs, ${BATCH_CALLERS} sends of ${BATCH}`, run: () => measure(BATCH_CALLERS, BATCH, bare) },
  { shape: 'batches', name: `kafkajs, one send of ${BATCH_CALLERS * BATCH}`, run: () => measure(1, BATCH_CALLERS * BATCH, bare) },
];

const found: ProduceRound[] = [];
for (const { run } of CONTESTANTS) await run();
for (let round = 0; round < Number(rounds); round += 1) {
  for (const { shape, name, run } of CONTESTANTS) {
    const { perSecond, micros } = await run();
    found.push({ shape, name, round, recordsPerSecond: perSecond, clientMicrosPerRecord: micros });
  }
}
await Promise.all([log.close(), producer.disconnect()]);
process.stdout.write(`${JSON.stringify(found)}\n`);
process.disconnect();
