/** Putting aside what can never be handled: the record as it was, with where it came from and why. */
import { DEAD_LETTER_TOPIC } from '../../platform/log/topics.ts';
import type { LogRecord, ReceivedRecord } from '../../platform/log/log.ts';
import type { WorkerPorts } from './role.ts';

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
  };
}

function toRecord(letter: DeadLetter): LogRecord {
  return { topic: DEAD_LETTER_TOPIC, key: letter.original.key, value: JSON.stringify(letter), headers: { reason: letter.reason.slice(0, 500) } };
}

/** Durable once resolved; only then may the offset move on. */
export async function deadLetter(
  ports: Pick<WorkerPorts, 'log' | 'clock' | 'logger'>,
  group: string,
  failures: readonly { readonly record: ReceivedRecord; readonly reason: string; readonly attempts: number }[],
): Promise<void> {
  if (failures.length === 0) return;
  const at = ports.clock.now().toISOString();
  const letters = failures.map(({ record, reason, attempts }): DeadLetter => {
    const { topic, partition, offset, appendedAtMs, key, value } = record;
    ports.logger.error({ topic, partition, offset, reason: reason.slice(0, 500), attempts }, 'a record was put into the dead letters');
    return { schema: 1, reason, attempts, at, group, original: { topic, partition, offset, appendedAtMs, key, value } };
  });
  await ports.log.append(letters.map(toRecord));
}
