/** Deleting what nobody needs any more from the beginning of a topic's partitions. */
import type { Admin } from 'kafkajs';
import type { TrimmedPartition } from '../log.ts';

type Offsets = ReadonlyMap<number, bigint>;

const byPartition = (offsets: readonly { readonly partition: number; readonly offset: string }[] | undefined): Offsets =>
  new Map(offsets?.map(({ partition, offset }) => [partition, BigInt(offset)]));
const least = (offsets: readonly bigint[]): bigint => offsets.reduce((least, offset) => (offset < least ? offset : least));

/** Where each group is; a group that committed nothing has finished nothing. */
async function finishedOffsets(admin: Admin, topic: string, groups: readonly string[]): Promise<Offsets[]> {
  const answers = await Promise.all(groups.map((groupId) => admin.fetchOffsets({ groupId, topics: [topic] })));
  return answers.map(([answer]) => byPartition(answer?.partitions));
}

/** Of each partition the first offset that is not older; the end where all are. Null: however young. */
async function youngOffsets(admin: Admin, topic: string, beforeMs: number | null): Promise<Offsets | null> {
  return beforeMs === null ? null : byPartition(await admin.fetchTopicOffsetsByTimestamp(topic, beforeMs));
}

/** The port's `trim`, of what was appended before that time. Records go by the broker's log start offset: from then on no fetch can reach them. */
export async function trimTopic(admin: Admin, topic: string, groups: readonly string[], beforeMs: number | null): Promise<TrimmedPartition[]> {
  const [bounds, finished, young] = await Promise.all([
    admin.fetchTopicOffsets(topic),
    finishedOffsets(admin, topic, groups),
    youngOffsets(admin, topic, beforeMs),
  ]);
  const plan = bounds.map(({ partition, low, high }) => {
    const end = BigInt(high);
    const cut = least([end, ...finished.map((offsets) => offsets.get(partition) ?? 0n), ...(young === null ? [] : [young.get(partition) ?? 0n])]);
    return { partition, cut, low: BigInt(low), end };
  });
  const due = plan.filter(({ cut, low }) => cut > low).map(({ partition, cut }) => ({ partition, offset: cut.toString() }));
  if (due.length > 0) await admin.deleteTopicRecords({ topic, partitions: due });
  return plan.map(({ partition, cut, low, end }) => ({ partition, start: (cut > low ? cut : low).toString(), end: end.toString() }));
}
