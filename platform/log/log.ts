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
  /**
   * The first `count` records are finished: moves the group's offset behind them, so that only the rest comes again where the handler rejects, stops
   * or loses the partition. Optional, as the whole batch counts as finished once the handler resolves. One call at a time, with growing counts.
   * Rejects where the offset could not be moved: the partition was lost, the log is away, or the handler has settled already.
   */
  finished(count: number): Promise<void>;
  /** Aborted when the consumer stops or lost the partition: what is not done by then will be handed out again. */
  readonly signal: AbortSignal;
}

/** Default of ConsumeOptions.bytesMax. */
export const BATCH_BYTES_MAX = 1024 * 1024;

export interface ConsumeOptions {
  /** Consumers of one group share the partitions. `<role>.<lane>`. */
  readonly group: string;
  readonly topic: string;
  /** Records in one batch at the most. */
  readonly recordsMax: number;
  /**
   * Bytes of keys, values and headers in one batch at the most, but always one record. Default BATCH_BYTES_MAX. A process holds one batch of each
   * partition that it owns, so its consumers together hold this many bytes for each of their partitions (Kafka: at most what one fetch brings).
   */
  readonly bytesMax?: number;
  /**
   * Called with one batch of a partition at a time. The group's offset moves behind the batch once it resolves, and never further than what
   * is finished. Where it rejects, what it has not finished is handed out again after a pause, for ever: what can never succeed is for the
   * handler to put aside.
   */
  readonly handle: (batch: LogBatch) => Promise<void>;
  /** Told of every error of the consumer or its handler. */
  readonly onError: (error: unknown) => void;
}

export interface LogConsumer {
  /** Takes no new batch, aborts the signals of the running ones, waits for their handlers, commits what is finished, leaves the group. Safe to call twice. */
  stop(): Promise<void>;
  /** Milliseconds since the consumer last proved to be alive (a fetch, a commit, a heartbeat). */
  idleMs(): number;
}

/** A partition after a trim. */
export interface TrimmedPartition {
  readonly partition: number;
  /** The first offset that can still be read; that of the next record where there is none. A whole number as text, as is `end`. */
  readonly start: string;
  /** The offset of the next record, as of the trim. */
  readonly end: string;
}

/** How long somebody waits. Every AbortSignal is one; whoever needs one for each command makes less (resolvers/commands/acceptance.ts). */
export interface Patience {
  /** The time is up. */
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void, options: { readonly once: true }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

export interface AppendOptions {
  /** When it aborts, append rejects with LogUnavailableError, and what has not left by then is not sent any more. */
  readonly signal?: Patience | undefined;
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
  /**
   * Deletes from the beginning of each partition what every one of `groups` has finished and what is older than `olderThanMs` (0: however young):
   * nobody can read it any more. A group that never finished anything keeps everything. Safe to repeat and to run from several processes.
   */
  trim(topic: string, groups: readonly string[], olderThanMs: number): Promise<readonly TrimmedPartition[]>;
  /** Rejects where the log cannot be reached. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** The log could not be reached or did not answer in time; the write may or may not have happened. */
export class LogUnavailableError extends Error {
  override readonly name = 'LogUnavailableError';
}

export const givenUp = (): LogUnavailableError => new LogUnavailableError('whoever wanted this in the log waits for it no more');
