/** Putting aside what can never be handled: the record as it was, with where it came from and why. */
import { DEAD_LETTER_TOPIC } from '../../platform/log/topics.ts';
import type { LogRecord, ReceivedRecord } from '../../platform/log/log.ts';
import type { WorkerPorts } from './role.ts';

/** Where the original is longer, its beginning is kept and its place told: escaped once more it must still fit into one record of the log. */
const VALUE_CHARS_MAX = 400_000;
const REASON_CHARS_MAX = 2_000;
const HEADER_CHARS_MAX = 500;

export interface RecordFailure {
  readonly record: ReceivedRecord;
  readonly reason: string;
  readonly attempts: number;
}

export interface DeadLetter {
  readonly schema: 1;
  readonly reason: string;
  readonly attempts: number;
  readonly at: string;
  readonly group: string;
  readonly original: {
    readonly topic: string;
    readonly partition: number;
    readonly offset: string;
    readonly appendedAtMs: number;
    readonly key: string;
    readonly value: string;
    /** The value's length in UTF-16 units, where only its beginning is here. */
    readonly cutFrom?: number | undefined;
  };
}

/** Never half a character at the end: logs refuse that. */
const cut = (text: string, charsMax: number): string => (text.length <= charsMax ? text : text.slice(0, charsMax)).toWellFormed();

function toRecord(letter: DeadLetter): LogRecord {
  return { topic: DEAD_LETTER_TOPIC, key: letter.original.key, value: JSON.stringify(letter), headers: { reason: cut(letter.reason, HEADER_CHARS_MAX) } };
}

function toLetter({ record, reason, attempts }: RecordFailure, group: string, at: string): DeadLetter {
  const { topic, partition, offset, appendedAtMs, key, value } = record;
  const kept = value.length <= VALUE_CHARS_MAX ? { value } : { value: cut(value, VALUE_CHARS_MAX), cutFrom: value.length };
  return { schema: 1, reason: cut(reason, REASON_CHARS_MAX), attempts, at, group, original: { topic, partition, offset, appendedAtMs, key, ...kept } };
}

/** Durable once resolved; only then may the offset move on. */
export async function deadLetter(ports: Pick<WorkerPorts, 'log' | 'clock' | 'logger'>, group: string, failures: readonly RecordFailure[]): Promise<void> {
  if (failures.length === 0) return;
  const at = ports.clock.now().toISOString();
  const letters = failures.map((failure) => toLetter(failure, group, at));
  for (const { reason, attempts, original } of letters) {
    const { topic, partition, offset } = original;
    ports.logger.error({ topic, partition, offset, reason: cut(reason, HEADER_CHARS_MAX), attempts }, 'a record was put into the dead letters');
  }
  await ports.log.append(letters.map(toRecord));
}
