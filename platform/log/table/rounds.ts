/** The two rounds of the loop that serves all consumers of a process: who owns what, and who gets what. */
import type { Sql } from '../../event-store/connect.ts';
import type { PartitionEnd } from './append.ts';
import type { GroupMember } from './group-member.ts';
import { fetchRecords, grantLeases, releaseLeases, renewMembers, selectOwners } from './queries.ts';

/** Bytes in the answer to one query at the most (but one record of each partition): while it is read the thread is busy, and a hot record waits for it. */
const FETCH_BYTES_MAX = 2 * 1024 * 1024;

const endKey = (topic: string, partition: number): string => `${topic}:${partition}`;

/** How far the partitions reach, as far as this process knows. */
export class KnownEnds {
  readonly #ends = new Map<string, number>();
  learn(ends: readonly PartitionEnd[]): void {
    for (const { topic, partition, nextOffset } of ends) {
      const key = endKey(topic, partition);
      this.#ends.set(key, Math.max(nextOffset, this.#ends.get(key) ?? 0));
    }
  }
  reaches(topic: string, partition: number): number {
    return this.#ends.get(endKey(topic, partition)) ?? 0;
  }
}

/** Shows the members alive, takes and keeps partitions, notices losses, hands back. Returns true where others should look at once. */
export async function leaseRound(sql: Sql, members: readonly GroupMember[], leaseMs: number): Promise<boolean> {
  const speaking = members.filter((member) => !member.isSilent());
  for (const member of members) member.forgetLost();
  if (members.length === 0) return false;
  const askedAtMs = performance.now();
  const staying = speaking.filter((member) => !member.stopping).map((member) => member.as);
  const living = staying.length === 0 ? [] : await renewMembers(sql, staying, leaseMs);
  const owners = await selectOwners(
    sql,
    members.map((member) => member.as),
  );
  noticeLosses(members, owners);
  const wishes = speaking.flatMap((member) =>
    member.wishes(
      living,
      owners.filter((row) => row.group === member.as.group && row.topic === member.as.topic),
    ),
  );
  if (wishes.length > 0) {
    const byName = new Map(members.map((member) => [member.as.member, member]));
    for (const lease of await grantLeases(sql, wishes, leaseMs)) byName.get(lease.owner)?.granted(lease, askedAtMs);
  }
  return handBack(sql, members);
}

function noticeLosses(members: readonly GroupMember[], owners: Awaited<ReturnType<typeof selectOwners>>): void {
  for (const member of members) {
    for (const row of owners) {
      if (row.group !== member.as.group || row.topic !== member.as.topic) continue;
      const owned = member.partitions.get(row.partition);
      if (owned !== undefined && (row.owner !== owned.at.owner || row.epoch !== owned.at.epoch)) owned.lose();
    }
  }
}

/** Gives back what belongs to others and is not being worked on. */
export async function handBack(sql: Sql, members: readonly GroupMember[]): Promise<boolean> {
  const leaving = members.flatMap((member) => member.takeLeaving());
  if (leaving.length === 0) return false;
  await releaseLeases(
    sql,
    leaving.map((partition) => partition.at),
  );
  return true;
}

/** Where nothing was heard from the database for as long as a lease lasts, others may own everything by now. */
export function loseExpired(members: readonly GroupMember[], leaseMs: number): void {
  const oldestMs = performance.now() - leaseMs;
  for (const member of members) for (const partition of member.partitions.values()) if (partition.renewedAtMs < oldestMs) partition.lose();
}

/** Fetches for every idle partition that has something, in one query, and hands out what came. */
export async function fetchRound(sql: Sql, members: readonly GroupMember[], ends: KnownEnds): Promise<void> {
  const waiting = members
    .filter((member) => !member.stopping)
    .flatMap((member) => [...member.partitions.values()])
    .filter(
      (partition) =>
        partition.state === 'idle' && !partition.busy && !partition.leaving && partition.position < ends.reaches(partition.at.topic, partition.at.partition),
    );
  if (waiting.length > 0) {
    const answers = await fetchRecords(
      sql,
      waiting.map((partition) => partition.request(FETCH_BYTES_MAX / waiting.length)),
    );
    waiting.forEach((partition, index) => {
      const records = answers[index] ?? [];
      // It may have been stopped or lost while the query ran.
      if (records.length > 0 && partition.state === 'idle' && !partition.leaving) partition.start(records);
    });
  }
  for (const member of members) member.touch();
}
