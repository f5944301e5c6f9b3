/**
 * The log: commands on their way to the workers, events on their way to the views.
 * Records with one key keep their order (they share a partition). At least once: a handler may see a record again.
 */

export interface LogRecord {
  readonly topic: string;
  /** `tenant:streamId`. */
  readonly key: string;
  /** A JSON envelope. */
  readonly value: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export interface ReceivedRecord extends LogRecord {
  readonly partition: number;
  /** Position in the partition, a whole number from 0 as text. */
  readonly offset: string;
  /** When the log took it, milliseconds since 1970. */
  readonly appendedAtMs: number;
}

export interface LogBatch {
  readonly topic: string;
  readonly partition: number;
  /** In the order of their offsets, at least one. */
  readonly records: readonly ReceivedRecord[];
  /** Says that the handler still works; call it between long steps. Rejects once the partition was lost: stop then and let it out. */
  heartbeat(): Promise<void>;
  /** Aborted when the consumer stops or lost the partition: what is not done by then will be handed out again. */
  readonly signal: AbortSignal;
}

export interface ConsumeOptions {
  /** Consumers of one group share the partitions. `<role>.<lane>`. */
  readonly group: string;
  readonly topic: string;
  /** Records in one batch at the most. */
  readonly recordsMax: number;
  /**
   * Called with one batch of a partition at a time. The group's offset moves behind the batch once it resolves.
   * Where it rejects, the batch is handed out again after a pause, for ever: what can never succeed is for the handler to put aside.
   */
  readonly handle: (batch: LogBatch) => Promise<void>;
  /** Told of every error of the consumer or its handler. */
  readonly onError: (error: unknown) => void;
}

export interface LogConsumer {
  /** Takes no new batch, waits for the running ones, commits, leaves the group. Safe to call twice. */
  stop(): Promise<void>;
  /** Milliseconds since the consumer last proved to be alive (a fetch, a commit, a heartbeat). */
  idleMs(): number;
}

export interface AppendOptions {
  /** When it aborts, append rejects with LogUnavailableError, and what has not left by then is not sent any more. */
  readonly signal?: AbortSignal | undefined;
}

export interface Log {
  /** Creates what is missing of the topics. Safe to repeat and to run from several processes. */
  ensureTopics(topics: readonly string[]): Promise<void>;
  /** Durable once resolved. Rejects with LogUnavailableError where that is not known (it may still have been written). */
  append(records: readonly LogRecord[], options?: AppendOptions): Promise<void>;
  /** A new group starts at the first record. Resolves once the consumer runs. */
  consume(options: ConsumeOptions): Promise<LogConsumer>;
  /** Records of the topic that the group has not finished. */
  lag(group: string, topic: string): Promise<number>;
  /** Rejects where the log cannot be reached. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** The log could not be reached or did not answer in time; the write may or may not have happened. */
export class LogUnavailableError extends Error {
  override readonly name = 'LogUnavailableError';
}

export const givenUp = (): LogUnavailableError => new LogUnavailableError('whoever wanted this in the log waits for it no more');
