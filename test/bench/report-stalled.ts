/** What readers notice of those who stop reading, as a table. */
import type { StalledResult, StalledRow } from './scenarios/stalled.ts';
import { quantile } from './statistics.ts';
import { fixed, table, whole } from './tables.ts';

export function stalledTable({ readers, eventsPerSecond, rows }: StalledResult): string {
  const heads = [
    `${whole(readers)} readers, ${eventsPerSecond} events/s`,
    'stop reading',
    'events',
    'reader has it, p50 ms',
    'p99 ms',
    'p99 to the row without',
    'results missed',
    'RSS at first MB',
    'most MB',
    'at last MB',
    'ended as slow',
    'server cores',
    'foreign cores',
  ];
  return table(
    heads,
    rows.map((row) => [
      row.transport,
      whole(row.stalled),
      whole(row.events),
      fixed(1)(quantile(row.delaysMs, 0.5)),
      fixed(1)(quantile(row.delaysMs, 0.99)),
      fixed(2)(quantile(row.delaysMs, 0.99) / quantile(withoutOf(rows, row).delaysMs, 0.99)),
      // A run in which a reader misses one comes to no figures.
      '0',
      fixed(0)(row.residentMegabytes[0] ?? Number.NaN),
      fixed(0)(Math.max(...row.residentMegabytes)),
      fixed(0)(row.residentMegabytes.at(-1) ?? Number.NaN),
      whole(row.endedAsSlow),
      fixed(2)(row.serverCores),
      fixed(2)(row.foreignCores),
    ]),
  );
}

const withoutOf = (rows: readonly StalledRow[], { transport }: StalledRow): StalledRow =>
  rows.find((row) => row.transport === transport && row.stalled === 0) ?? (rows[0] as StalledRow);
