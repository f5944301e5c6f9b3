/** What readers notice of those who stop reading, as a table. */
import type { StalledResult, StalledRow } from './scenarios/stalled.ts';
import { quantile } from './statistics.ts';
import { fixed, table, whole } from './tables.ts';

export function stalledTable({ readers, eventsPerSecond, rows }: StalledResult): string {
  const heads = [
    `${eventsPerSecond} events/s`,
    'read',
    'stop reading',
    'events',
    'reader has it, p50 ms',
    'p99 ms',
    `p99 to ${whole(readers)} alone`,
    `to ${whole(2 * readers)} that read`,
    'p99 of the last seven eighths ms',
    `to ${whole(readers)} alone`,
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
      whole(row.reading),
      whole(row.stalled),
      whole(row.events),
      fixed(1)(quantile(row.delaysMs, 0.5)),
      fixed(1)(quantile(row.delaysMs, 0.99)),
      ...[1, 2].map((times) => fixed(2)(ratioTo(allReading(rows, row, times * readers), row, ({ delaysMs }) => delaysMs))),
      fixed(1)(quantile(row.laterDelaysMs, 0.99)),
      fixed(2)(ratioTo(allReading(rows, row, readers), row, ({ laterDelaysMs }) => laterDelaysMs)),
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

/** The row of the same transport with so many readers and nobody else; a quick run ends before those who stopped are ended. */
const allReading = (rows: readonly StalledRow[], { transport }: StalledRow, reading: number): StalledRow | undefined =>
  rows.find((row) => row.transport === transport && row.reading === reading && row.stalled === 0);

const ratioTo = (other: StalledRow | undefined, row: StalledRow, delaysOf: (row: StalledRow) => readonly number[]): number | null =>
  other === undefined ? null : quantile(delaysOf(row), 0.99) / quantile(delaysOf(other), 0.99);
