/** How fast commands went into the inbox, by the inbox's own clock: the same for whoever wrote them. */
import type { Sql } from '../../../platform/event-store/connect.ts';

export interface WriteRate {
  readonly commandsPerSecond: number;
  /** Processor time of the client. */
  readonly clientMicrosPerCommand: number;
}

/** Without the first fifth, in which a process warms up, and the last tenth, in which some partitions have nothing left. */
export async function writeRate(sql: Sql): Promise<number> {
  const [row] = await sql<{ commands: number; seconds: number }[]>`
    with bounds as (
      select percentile_disc(0.2) within group (order by handled_at) as first, percentile_disc(0.9) within group (order by handled_at) as last from inbox
    )
    select count(*)::int as commands, extract(epoch from max(last) - max(first))::float8 as seconds
    from inbox, bounds where handled_at >= first and handled_at < last`;
  if (row === undefined || row.commands === 0) throw new Error('too few commands to tell a rate');
  return row.commands / row.seconds;
}
