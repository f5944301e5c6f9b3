/** One life of a group's member: joins, is handed batches, commits behind each, until it is closed or crashes. */
import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import { BATCH_BYTES_MAX, type ConsumeOptions, type LogBatch } from '../log.ts';
import { cutMessages, toRecord } from './hand-out.ts';
import type { KafkaTiming } from './timing.ts';

export interface Member {
  /** Resolves with the error that ended it; never where it was closed. */
  readonly crashed: Promise<unknown>;
  /** Aborts the running batches' signals, waits for their handlers, commits what they finished and leaves the group. */
  close(): Promise<void>;
}

/** From one (re)join or lost heartbeat to the next: all batches handed out in it are aborted together. */
interface Session {
  readonly abort: AbortController;
  /** Why the partitions are lost, once they are. */
  lost?: unknown;
}

/** `alive` is called at each sign of life. Rejects where the group cannot be joined. */
export async function joinGroup(kafka: Kafka, options: ConsumeOptions, timing: KafkaTiming, alive: () => void): Promise<Member> {
  const consumer = newConsumer(kafka, options.group, timing);
  const crash = Promise.withResolvers<unknown>();
  const running = new Set<Promise<void>>();
  const pauses = createPauses(timing);
  let session: Session = { abort: new AbortController() };
  let closing = false;
  let joined = false;

  const newSession = (): void => {
    session.abort.abort(new Error('the group is joined anew'));
    session = { abort: new AbortController() };
  };
  consumer.on(consumer.events.GROUP_JOIN, () => {
    joined = true;
    alive();
    if (!closing) newSession();
  });
  consumer.on(consumer.events.FETCH_START, () => {
    // A heartbeat failed without the group being joined anew: what is fetched now is not lost.
    if (session.lost !== undefined && !closing) newSession();
  });
  for (const sign of [consumer.events.FETCH, consumer.events.HEARTBEAT, consumer.events.COMMIT_OFFSETS]) consumer.on(sign, alive);
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    joined = false;
    session.abort.abort(payload.error);
    crash.resolve(payload.error);
  });

  /** Batch by batch, until one is not finished. */
  const work = async (payload: EachBatchPayload): Promise<void> => {
    const mine = session;
    for (const messages of cutMessages(payload.batch.messages, options.recordsMax, options.bytesMax ?? BATCH_BYTES_MAX)) {
      if (mine.abort.signal.aborted || closing || !payload.isRunning() || payload.isStale()) return;
      const finished = await handOut(payload, messages, mine);
      if (!finished) return;
    }
  };
  const handOut = async (payload: EachBatchPayload, messages: readonly KafkaMessage[], mine: Session): Promise<boolean> => {
    const finish = async (count: number): Promise<void> => {
      // A commit goes out in the name of whatever the member is by now: what was handed out to an earlier life of it must not.
      if (mine !== session) throw new Error(`the partitions of ${options.group} were handed out anew`);
      await commit(payload, messages.slice(0, count));
      pauses.forget(payload.batch.partition);
    };
    try {
      await handle(payload, messages, mine, finish);
    } catch (error) {
      if (mine.lost !== undefined) throw mine.lost;
      if (mine.abort.signal.aborted) return false;
      options.onError(error);
      pauses.pause(payload);
      return false;
    }
    if (mine !== session) return false;
    await finish(messages.length);
    if (mine.lost !== undefined) throw mine.lost;
    await payload.heartbeat();
    return true;
  };
  const handle = async (
    payload: EachBatchPayload,
    messages: readonly KafkaMessage[],
    mine: Session,
    finish: (count: number) => Promise<void>,
  ): Promise<void> => {
    const { topic, partition } = payload.batch;
    let settled = false;
    const batch: LogBatch = {
      topic,
      partition,
      records: messages.map((message) => toRecord(topic, partition, message)),
      signal: mine.abort.signal,
      async heartbeat() {
        if (mine.lost !== undefined) throw mine.lost;
        await orLost(mine, payload.heartbeat());
      },
      async finished(count) {
        if (settled) throw new Error('the handler of this batch has settled already');
        // Lost or not: while the group waits for its members to join anew, it still takes their commits.
        await orLost(mine, finish(count));
      },
    };
    try {
      await options.handle(batch);
    } finally {
      settled = true;
    }
  };
  const eachBatch = async (payload: EachBatchPayload): Promise<void> => {
    const job = work(payload);
    running.add(job);
    try {
      await job;
    } finally {
      running.delete(job);
    }
  };

  const close = async (): Promise<void> => {
    closing = true;
    session.abort.abort(new Error('the consumer stops'));
    // Not one fetch more; kafkajs commits nothing once it stops, so the handlers end first.
    if (joined) consumer.pause([{ topic: options.topic }]);
    await Promise.allSettled(running);
    pauses.end();
    await consumer.disconnect();
  };
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [options.topic], fromBeginning: true });
    await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, partitionsConsumedConcurrently: timing.partitionsAtOnce, eachBatch });
    if (!joined) throw await crash.promise;
  } catch (error) {
    await close();
    throw error;
  }
  return { crashed: crash.promise, close };
}

/** Where the step fails, what was handed out in the session is lost. */
async function orLost(session: Session, step: Promise<void>): Promise<void> {
  try {
    await step;
  } catch (error) {
    session.lost ??= error;
    session.abort.abort(error);
    throw error;
  }
}

/** It never restarts by itself: each crash comes to the one who opened it, who opens another with fresh connections. */
const newConsumer = (kafka: Kafka, groupId: string, timing: KafkaTiming): Consumer =>
  kafka.consumer({
    groupId,
    sessionTimeout: timing.sessionTimeoutMs,
    rebalanceTimeout: timing.rebalanceTimeoutMs,
    heartbeatInterval: timing.heartbeatIntervalMs,
    maxWaitTimeInMs: timing.fetchWaitMs,
    minBytes: 1,
    maxBytesPerPartition: timing.partitionBytesMax,
    allowAutoTopicCreation: false,
    retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 1_000, restartOnFailure: async () => false },
  });

async function commit(payload: EachBatchPayload, messages: readonly KafkaMessage[]): Promise<void> {
  const last = messages.at(-1);
  if (!last) return;
  const { topic, partition } = payload.batch;
  const offset = String(BigInt(last.offset) + 1n);
  await payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset }] }] });
  payload.resolveOffset(last.offset);
}

/** A rejected batch pauses its partition alone; the consumer's others go on. */
function createPauses(timing: KafkaTiming) {
  const rejections = new Map<number, number>();
  const timers = new Set<NodeJS.Timeout>();
  return {
    pause(payload: EachBatchPayload): void {
      const { partition } = payload.batch;
      const before = rejections.get(partition) ?? 0;
      rejections.set(partition, before + 1);
      const fullMs = Math.min(timing.retryLastMs, timing.retryFirstMs * 2 ** before);
      const resume = payload.pause();
      const timer = setTimeout(
        () => {
          timers.delete(timer);
          resume();
        },
        fullMs * (1 - Math.random() / 2),
      );
      timers.add(timer);
    },
    forget: (partition: number): void => void rejections.delete(partition),
    end: (): void => timers.forEach((timer) => clearTimeout(timer)),
  };
}
