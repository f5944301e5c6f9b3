/** Deleting what nobody needs any more from the beginning of a topic's partitions. */
import type { Sql } from '../../event-store/connect.ts';
import type { TrimmedPartition } from '../log.ts';

/** In one statement: others wait no longer for a lock or, on PGlite, for their turn. */
const DELETE_MAX = 5_000;

/** How far each partition may be cut: what all groups have finished, up to the first record that is not older. `first` is the first that is there. */
function selectCuts(sql: Sql, topic: string, groups: readonly string[], olderThanMs: number) {
  return sql<{ partition: number; cut: string; first: string; end: string }[]>`
    select p.partition, p.next_offset::text as "end", coalesce(young."offset", finished."offset")::text as cut, coalesce(first."offset", p.next_offset)::text as first
    from log_partitions p
    cross join lateral (
      select coalesce(min(coalesce(o.next_offset, 0)), p.next_offset) as "offset"
      from jsonb_array_elements_text(${JSON.stringify(groups)}::text::jsonb) as name
      left join log_offsets o on o."group" = name and o.topic = p.topic and o.partition = p.partition
    ) finished
    left join lateral (
      select l."offset" from log_records l
      where ${olderThanMs > 0}::boolean and l.topic = p.topic and l.partition = p.partition and l."offset" < finished."offset"
        and l.appended_at >= clock_timestamp() - ${olderThanMs}::float8 * interval '1 millisecond'
      order by l."offset" limit 1
    ) young on true
    left join lateral (select l."offset" from log_records l where l.topic = p.topic and l.partition = p.partition order by l."offset" limit 1) first on true
    where p.topic = ${topic} order by p.partition`;
}

async function deleteBelow(sql: Sql, topic: string, partition: number, cut: string): Promise<void> {
  for (;;) {
    const { count } = await sql`
      delete from log_records d using (
        select "offset" from log_records where topic = ${topic} and partition = ${partition} and "offset" < ${cut}::bigint order by "offset" limit ${DELETE_MAX}
      ) old
      where d.topic = ${topic} and d.partition = ${partition} and d."offset" = old."offset"`;
    if (count < DELETE_MAX) return;
  }
}

/** The port's `trim`; forgets members that left without a word too. */
export async function trimTopic(sql: Sql, topic: string, groups: readonly string[], olderThanMs: number): Promise<TrimmedPartition[]> {
  await sql`delete from log_members where topic = ${topic} and expires_at < now() - interval '1 hour'`;
  const trimmed: TrimmedPartition[] = [];
  for (const { partition, cut, first, end } of await selectCuts(sql, topic, groups, olderThanMs)) {
    const ahead = BigInt(cut) > BigInt(first);
    if (ahead) await deleteBelow(sql, topic, partition, cut);
    trimmed.push({ partition, start: ahead ? cut : first, end });
  }
  return trimmed;
}
