/** The dead letters, from the table that keeps them whole and from the topic that tells of them. */
import { DEAD_LETTER_TOPIC } from '../../../platform/log/topics.ts';
import type { Sql } from '../../../platform/event-store/connect.ts';
import type { DeadLetterEvidence } from '../checker/evidence.ts';
import type { RawLog } from '../system/raw-log.ts';

export async function readDeadLetters(sql: Sql, rawLog: RawLog): Promise<DeadLetterEvidence[]> {
  const kept = await fromTable(sql);
  // The topic repeats them; where the table has none, it is all there is.
  return kept.length > 0 ? kept : fromTopic(rawLog);
}

const fromTable = (sql: Sql): Promise<DeadLetterEvidence[]> =>
  sql<DeadLetterEvidence[]>`
    select topic, partition, "offset", value, stream_id as "streamId", command_id as "commandId" from dead_letters`.then((rows) => [...rows]);

async function fromTopic(rawLog: RawLog): Promise<DeadLetterEvidence[]> {
  const records = await rawLog.read(DEAD_LETTER_TOPIC, Infinity);
  return records.flatMap(({ value }): DeadLetterEvidence[] => {
    const letter = JSON.parse(value?.toString() ?? 'null') as { readonly original?: Partial<DeadLetterEvidence> } | null;
    const { topic, partition, offset, value: text } = letter?.original ?? {};
    if (topic === undefined || partition === undefined || offset === undefined) return [];
    return [{ topic, partition, offset, value: text ?? null, streamId: null, commandId: null }];
  });
}
