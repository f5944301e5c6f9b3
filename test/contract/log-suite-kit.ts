/** Small tools of the log's contract suite. */
import type { ConsumeOptions, Log, LogBatch, LogConsumer, LogRecord, ReceivedRecord } from '../../platform/log/log.ts';

/** For vi.waitFor: a condition that may need a group to form or a member to be given up. */
export const WAIT = { timeout: 30_000, interval: 25 };

export interface TopicNames {
  readonly topic: string;
  readonly group: string;
  readonly otherGroup: string;
}

/** What the cases are given: the log under test, there once they run, and what each of them does first. */
export interface LogSuite {
  log(): Log;
  another(): Promise<Log>;
  leaseMs(): number;
  /** Stopped after the suite, if not before. */
  start(from: Log, options: Partial<ConsumeOptions> & Pick<ConsumeOptions, 'group' | 'topic' | 'handle'>): Promise<LogConsumer>;
  newTopic(): Promise<TopicNames>;
  lagIs(group: string, topic: string, records: number): Promise<void>;
}

let counter = 0;

/** Names that no other case and no other run uses. */
export function freshNames(): TopicNames {
  counter += 1;
  const unique = `${process.pid}-${Date.now().toString(36)}-${counter}`;
  return { topic: `contract.topic.${unique}`, group: `contract.group.${unique}`, otherGroup: `contract.other.${unique}` };
}

export const record = (topic: string, key: string, sequence: number): LogRecord => ({ topic, key, value: JSON.stringify({ sequence }) });

export function sequenceOf(of: Pick<LogRecord, 'value'>): number {
  const value: unknown = JSON.parse(of.value);
  if (typeof value === 'object' && value !== null && 'sequence' in value && typeof value.sequence === 'number') return value.sequence;
  throw new Error(`not a value of this suite: ${of.value}`);
}

export const sequences = (records: readonly Pick<LogRecord, 'value'>[]): number[] => records.map(sequenceOf);

/** The sequences of each key, in the order in which they were handled. */
export function byKey(records: readonly ReceivedRecord[]): Map<string, number[]> {
  const keys = new Map<string, number[]>();
  for (const each of records) keys.set(each.key, [...(keys.get(each.key) ?? []), sequenceOf(each)]);
  return keys;
}

export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true })));

/** A handler that remembers what it was handed, then waits for `during`. */
export function gather(during: (batch: LogBatch) => Promise<void> = async () => undefined) {
  const records: ReceivedRecord[] = [];
  let largest = 0;
  return {
    records,
    sequences: (): number[] => sequences(records),
    largest: (): number => largest,
    handle: async (batch: LogBatch): Promise<void> => {
      largest = Math.max(largest, batch.records.length);
      records.push(...batch.records);
      await during(batch);
    },
  };
}
