/** What many watchers cost, as a table. */
import { WATCHERS_BARE, type WatchersResult } from './scenarios/watchers.ts';
import { quantile } from './statistics.ts';
import { fixed, table, whole } from './tables.ts';

export function watchersTable({ watchers, rows }: WatchersResult): string {
  const bare = rows.find(({ name }) => name === WATCHERS_BARE)?.microsPerDelivery ?? null;
  const heads = [
    `${whole(watchers)} watchers`,
    'groups',
    'server CPU µs for each result',
    'to ws alone',
    'last watcher has it, p50 ms',
    'p99 ms',
    'burst of 20: results/s',
    'CPU µs for each',
    '20 events/s: last watcher, p50 ms',
    'p99 ms',
    'idle KB for each watcher',
    'foreign cores',
  ];
  return table(
    heads,
    rows.map((row) => [
      row.name,
      String(row.groups),
      fixed(1)(row.microsPerDelivery),
      fixed(2)(bare === null || row.microsPerDelivery === null ? null : row.microsPerDelivery / bare),
      fixed(0)(quantile(row.lastMs, 0.5)),
      fixed(0)(quantile(row.lastMs, 0.99)),
      row.burstPerSecond === null ? 'lost some' : whole(row.burstPerSecond),
      fixed(1)(row.burstMicrosPerDelivery),
      ...[0.5, 0.99].map((share) => fixed(0)(row.pacedLastMs && quantile(row.pacedLastMs, share))),
      fixed(1)(row.idleKilobytes),
      fixed(2)(row.foreignCores),
    ]),
  );
}
