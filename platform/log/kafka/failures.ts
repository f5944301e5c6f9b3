/** What a failure of kafkajs means to the log's callers. */
import { setTimeout as delay } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { LogUnavailableError } from '../log.ts';

// Its errors are no named exports to node.
const { KafkaJSError, KafkaJSNumberOfRetriesExceeded } = kafkajs;

/**
 * True where the same request may succeed later: a broker that is gone or slow, a leader that moved.
 * kafkajs calls an error not retriable once it has retried it, and wraps that again: what it retried is the cause.
 */
export function isPassing(error: unknown): boolean {
  if (error instanceof LogUnavailableError || error instanceof KafkaJSNumberOfRetriesExceeded) return true;
  return error instanceof KafkaJSError && (error.retriable || isPassing(error.cause));
}

/** LogUnavailableError for what may pass; anything else as it is (a record the broker refuses, a missing right). */
export function asLogError(error: unknown): unknown {
  if (error instanceof LogUnavailableError || !isPassing(error)) return error;
  return new LogUnavailableError(`Kafka: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
}

const RETRY_PAUSE_MS = 100;

/** Tries until it succeeds, fails for good or the time is up; rejects with what the log's callers are told. `attempt` gets the time that is left. */
export async function persist<Result>(timeoutMs: number, attempt: (leftMs: number) => Promise<Result>): Promise<Result> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await attempt(Math.max(1, deadlineMs - performance.now()));
    } catch (error) {
      if (!isPassing(error) || performance.now() + RETRY_PAUSE_MS >= deadlineMs) throw asLogError(error);
      await delay(RETRY_PAUSE_MS);
    }
  }
}
