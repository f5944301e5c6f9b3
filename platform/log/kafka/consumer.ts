/** A consumer that outlives crashes: where a member's life ends it joins again, with new connections, until it is stopped. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import type { ConsumeOptions, LogConsumer } from '../log.ts';
import { asLogError } from './failures.ts';
import { joinGroup, type Member } from './member.ts';
import type { KafkaTiming } from './timing.ts';

const REJOIN_PAUSE_MS = 500;

export async function startConsumer(kafka: Kafka, options: ConsumeOptions, timing: KafkaTiming): Promise<LogConsumer> {
  let lastSignMs = performance.now();
  const join = (): Promise<Member> => joinGroup(kafka, options, timing, () => (lastSignMs = performance.now()));
  const stopping = new AbortController();
  const stopped = Promise.withResolvers<void>();
  stopping.signal.addEventListener('abort', () => stopped.resolve());

  const rejoin = async (): Promise<Member | undefined> => {
    while (!stopping.signal.aborted) {
      // Ends early, without harm, where a stop comes.
      await delay(REJOIN_PAUSE_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return undefined;
      try {
        return await join();
      } catch (error) {
        options.onError(asLogError(error));
      }
    }
    return undefined;
  };
  const live = async (first: Member): Promise<void> => {
    for (let member: Member | undefined = first; member;) {
      const error = await Promise.race([member.crashed, stopped.promise]);
      if (!stopping.signal.aborted) options.onError(asLogError(error));
      await member.close().catch(options.onError);
      member = await rejoin();
    }
  };

  const first = await join().catch((error: unknown) => {
    throw asLogError(error);
  });
  const life = live(first);
  return {
    stop() {
      stopping.abort();
      return life;
    },
    idleMs: () => performance.now() - lastSignMs,
  };
}
