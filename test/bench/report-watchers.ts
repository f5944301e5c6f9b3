/** What many watchers cost, as a table. */
import type { WatchersResult, WatchersRow } from './scenarios/watchers.ts';
import { median, quantile } from './statistics.ts';
import { fixed, table, whole } from './tables.ts';

const known = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null);
const of = (values: readonly number[], statistic: (values: readonly number[]) => number): number | null => (values.length === 0 ? null : statistic(values));

/** Of each round its own ratio: the median, the least and the most. */
function ratioCells({ rounds }: WatchersRow): string[] {
  const ratios = known(rounds.map(({ micros, bareMicros }) => (micros === null || bareMicros === null ? null : micros / bareMicros)));
  const [least, most] = [of(ratios, (all) => Math.min(...all)), of(ratios, (all) => Math.max(...all))];
  return [fixed(2)(of(ratios, median)), `${fixed(2)(least)} to ${fixed(2)(most)}`];
}

export function watchersTable({ watchers, rows }: WatchersResult): string {
  const heads = [
    `${whole(watchers)} watchers`,
    'groups',
    'server CPU µs for each result',
    'to ws alone',
    'least to most',
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
      fixed(1)(of(known(row.rounds.map(({ micros }) => micros)), median)),
      ...ratioCells(row),
      ...[0.5, 0.99].map((share) =>
        fixed(0)(
          quantile(
            row.rounds.flatMap(({ lastMs }) => lastMs),
            share,
          ),
        ),
      ),
      row.burstPerSecond === null ? 'lost some' : whole(row.burstPerSecond),
      fixed(1)(row.burstMicrosPerDelivery),
      ...[0.5, 0.99].map((share) => fixed(0)(row.pacedLastMs && quantile(row.pacedLastMs, share))),
      fixed(1)(row.idleKilobytes),
      fixed(2)(of(known(row.rounds.map(({ foreignCores }) => foreignCores)), (cores) => Math.max(...cores))),
    ]),
  );
}
