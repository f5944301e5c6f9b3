/** The times and sizes of the Kafka log. All may be set; the defaults fit the product. */
export interface KafkaTiming {
  /** An append, a check or a question to the cluster that takes longer rejects. */
  readonly answerTimeoutMs: number;
  /** How long a member may be silent before others get its partitions; a crashed one is missed for as long. Handlers call heartbeat more often. */
  readonly sessionTimeoutMs: number;
  /** How often a member says that it lives; also how soon it learns of a rebalance. */
  readonly heartbeatIntervalMs: number;
  /** How long a rebalance waits for members whose handlers still run: more than the longest handler. */
  readonly rebalanceTimeoutMs: number;
  /** How long the broker holds a fetch that finds nothing; also delays a stop. */
  readonly fetchWaitMs: number;
  /** Pause before a rejected batch is handed out again: doubles from the first to the last with each rejection, less up to a half by chance. */
  readonly retryFirstMs: number;
  readonly retryLastMs: number;
  /** Partitions of one consumer that are handled at once. Fewer than a topic has are handled in waves, and the next fetch waits for the last of them. */
  readonly partitionsAtOnce: number;
  /** Bytes that a fetch brings of each partition; where one produce request wrote more records together, those. A larger record comes alone. */
  readonly partitionBytesMax: number;
  /** Bytes of keys, values and headers in one produce request: under the broker's default limit of 1 MiB for a batch, with room for its framing. */
  readonly requestBytesMax: number;
}

export const DEFAULT_TIMING: KafkaTiming = {
  answerTimeoutMs: 2_000,
  sessionTimeoutMs: 10_000,
  heartbeatIntervalMs: 2_000,
  rebalanceTimeoutMs: 90_000,
  fetchWaitMs: 200,
  retryFirstMs: 100,
  retryLastMs: 10_000,
  partitionsAtOnce: 6,
  partitionBytesMax: 256 * 1024,
  requestBytesMax: 900 * 1024,
};
