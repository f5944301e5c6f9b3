/** What the table log asks the database, beside appending. Names of groups, members and topics are ours and plain. */
import type { Sql } from '../../event-store/connect.ts';
import type { ReceivedRecord } from '../log.ts';
import type { PartitionEnd } from './append.ts';
import { PARTITIONS_PER_TOPIC } from './partitioner.ts';

/** One partition as one group sees it. */
export interface GroupPartition {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
}
/** The fence: only this owner at this epoch may move the offset. */
export interface Ownership extends GroupPartition {
  readonly owner: string;
  readonly epoch: number;
}
export interface Member {
  readonly group: string;
  readonly topic: string;
  readonly member: string;
}

export async function createPartitions(sql: Sql, topics: readonly string[]): Promise<void> {
  await sql`
    insert into log_partitions (topic, partition)
    select topic, partition from jsonb_array_elements_text(${JSON.stringify(topics)}::text::jsonb) as topic, generate_series(0, ${PARTITIONS_PER_TOPIC - 1}::int) as partition
    order by topic, partition on conflict do nothing`;
}

/** A new group begins at the first record that is still there. False where the topic was never made. */
export async function joinGroup(sql: Sql, group: string, topic: string): Promise<boolean> {
  await sql`
    insert into log_offsets ("group", topic, partition, next_offset)
    select ${group}::text, p.topic, p.partition, coalesce(f."offset", p.next_offset) from log_partitions p
    left join lateral (select l."offset" from log_records l where l.topic = p.topic and l.partition = p.partition order by l."offset" limit 1) f on true
    where p.topic = ${topic} order by p.partition on conflict do nothing`;
  const rows = await sql`select 1 from log_partitions where topic = ${topic} limit 1`;
  return rows.length > 0;
}

export async function selectEnds(sql: Sql): Promise<PartitionEnd[]> {
  const rows = await sql<{ topic: string; partition: number; next_offset: string }[]>`select topic, partition, next_offset::text from log_partitions`;
  return rows.map((row) => ({ topic: row.topic, partition: row.partition, nextOffset: Number(row.next_offset) }));
}

export interface FetchRequest {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly recordsMax: number;
  readonly bytesMax: number;
}

/** The records of each request, in the requests' order: as many as its limits allow, but always one where there is one. */
export async function fetchRecords(sql: Sql, requests: readonly FetchRequest[]): Promise<ReceivedRecord[][]> {
  const input = requests.map((request, ord) => ({
    ord,
    topic: request.topic,
    partition: request.partition,
    start: request.offset,
    take: request.recordsMax,
    bytes: request.bytesMax,
  }));
  const rows = await sql<
    { ord: number; topic: string; partition: number; offset: string; key: string; value: string; headers: Record<string, string> | null; at_ms: number }[]
  >`
    select r.ord, x.*
    from jsonb_to_recordset(${JSON.stringify(input)}::text::jsonb) as r(ord int, topic text, partition int, start bigint, take int, bytes bigint)
    cross join lateral (
      select s.topic, s.partition, s."offset"::text, s.key, s.value, s.headers, floor(extract(epoch from s.appended_at) * 1000)::float8 as at_ms
      from (
        select l.*, row_number() over w as place, sum(octet_length(l.key) + octet_length(l.value) + coalesce(octet_length(l.headers::text), 0)) over w as reached
        from (
          select * from log_records f where f.topic = r.topic and f.partition = r.partition and f."offset" >= r.start order by f."offset" limit r.take
        ) l
        window w as (order by l."offset")
      ) s
      where s.reached <= r.bytes or s.place = 1
    ) x
    order by r.ord, x."offset"::bigint`;
  const answers: ReceivedRecord[][] = requests.map(() => []);
  for (const { ord, topic, partition, offset, key, value, headers, at_ms: appendedAtMs } of rows) {
    answers[ord]?.push({ topic, partition, offset, key, value, ...(headers === null ? {} : { headers }), appendedAtMs });
  }
  return answers;
}

/** Moves the offsets, never back, and renews the leases of those that still own their partition; says of each whether it does. */
export async function commitOffsets(sql: Sql, commits: readonly (Ownership & { readonly nextOffset: number })[], leaseMs: number): Promise<boolean[]> {
  const input = commits.map((commit, ord) => ({ ...commit, ord }));
  const rows = await sql<{ ord: number }[]>`
    update log_offsets o set next_offset = greatest(o.next_offset, r."nextOffset"), expires_at = clock_timestamp() + ${leaseMs}::float8 * interval '1 millisecond'
    from jsonb_to_recordset(${JSON.stringify(input)}::text::jsonb) as r(ord int, "group" text, topic text, partition int, owner text, epoch bigint, "nextOffset" bigint)
    where o."group" = r."group" and o.topic = r.topic and o.partition = r.partition and o.owner = r.owner and o.epoch = r.epoch
    returning r.ord`;
  const kept = new Set(rows.map((row) => row.ord));
  return commits.map((_, ord) => kept.has(ord));
}

/** Shows that the members live, and answers who lives in their groups. */
export async function renewMembers(sql: Sql, members: readonly Member[], leaseMs: number): Promise<Member[]> {
  const input = JSON.stringify(members);
  await sql`
    insert into log_members ("group", topic, member, expires_at)
    select "group", topic, member, clock_timestamp() + ${leaseMs}::float8 * interval '1 millisecond'
    from jsonb_to_recordset(${input}::text::jsonb) as r("group" text, topic text, member text) order by "group", topic, member
    on conflict ("group", topic, member) do update set expires_at = excluded.expires_at`;
  const rows = await sql<Member[]>`
    select m."group", m.topic, m.member from log_members m
    join (select distinct "group", topic from jsonb_to_recordset(${input}::text::jsonb) as r("group" text, topic text)) r on r."group" = m."group" and r.topic = m.topic
    where m.expires_at > clock_timestamp() order by m.member`;
  return [...rows];
}

/** A claim takes a free, expired or own partition under a new epoch; a renewal keeps one that is still owned under the same. */
export type LeaseWish = Ownership & { readonly claim: boolean };
export interface LeaseAnswer extends Ownership {
  readonly nextOffset: number;
}

/** Those that were granted. Rows that somebody is just working on are skipped: their turn comes with the next round. */
export async function grantLeases(sql: Sql, wishes: readonly LeaseWish[], leaseMs: number): Promise<LeaseAnswer[]> {
  const rows = await sql<{ group: string; topic: string; partition: number; owner: string; epoch: string; next_offset: string }[]>`
    with wished as materialized (
      select o."group", o.topic, o.partition, r.owner, r.claim
      from jsonb_to_recordset(${JSON.stringify(wishes)}::text::jsonb) as r("group" text, topic text, partition int, owner text, epoch bigint, claim boolean)
      join log_offsets o on o."group" = r."group" and o.topic = r.topic and o.partition = r.partition
      where case when r.claim then o.owner is null or o.owner = r.owner or o.expires_at <= clock_timestamp() else o.owner = r.owner and o.epoch = r.epoch end
      for update of o skip locked
    )
    update log_offsets o
    set owner = w.owner, epoch = o.epoch + w.claim::int, expires_at = clock_timestamp() + ${leaseMs}::float8 * interval '1 millisecond'
    from wished w where o."group" = w."group" and o.topic = w.topic and o.partition = w.partition
    returning o."group", o.topic, o.partition, o.owner, o.epoch::text, o.next_offset::text`;
  return rows.map(({ next_offset: nextOffset, epoch, ...row }) => ({ ...row, epoch: Number(epoch), nextOffset: Number(nextOffset) }));
}

/** Who owns the groups' partitions now. */
export async function selectOwners(
  sql: Sql,
  members: readonly Member[],
): Promise<(GroupPartition & { readonly owner: string | null; readonly epoch: number })[]> {
  const rows = await sql<{ group: string; topic: string; partition: number; owner: string | null; epoch: string }[]>`
    select o."group", o.topic, o.partition, o.owner, o.epoch::text from log_offsets o
    join (select distinct "group", topic from jsonb_to_recordset(${JSON.stringify(members)}::text::jsonb) as r("group" text, topic text)) r
      on r."group" = o."group" and r.topic = o.topic`;
  return rows.map((row) => ({ ...row, epoch: Number(row.epoch) }));
}

export async function releaseLeases(sql: Sql, owned: readonly Ownership[]): Promise<void> {
  await sql`
    update log_offsets o set owner = null, expires_at = null
    from jsonb_to_recordset(${JSON.stringify(owned)}::text::jsonb) as r("group" text, topic text, partition int, owner text, epoch bigint)
    where o."group" = r."group" and o.topic = r.topic and o.partition = r.partition and o.owner = r.owner and o.epoch = r.epoch`;
}

export async function leaveGroup(sql: Sql, { group, topic, member }: Member): Promise<void> {
  await sql`delete from log_members where "group" = ${group} and topic = ${topic} and member = ${member}`;
}

export async function selectLag(sql: Sql, group: string, topic: string): Promise<number> {
  const [row] = await sql<{ lag: string }[]>`
    select coalesce(sum(p.next_offset - greatest(coalesce(o.next_offset, 0), coalesce(f."offset", p.next_offset))), 0)::text as lag
    from log_partitions p
    left join log_offsets o on o."group" = ${group} and o.topic = p.topic and o.partition = p.partition
    left join lateral (select l."offset" from log_records l where l.topic = p.topic and l.partition = p.partition order by l."offset" limit 1) f on true
    where p.topic = ${topic}`;
  return Number(row?.lag ?? 0);
}
