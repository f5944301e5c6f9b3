/** What an hour does to the memory of many watchers, as a table. */
import type { HeldResult } from './scenarios/held.ts';
import { fixed, table, whole } from './tables.ts';

export function heldTable({ watchers, eventsPerSecond, rows }: HeldResult): string {
  const heads = [
    `${whole(watchers)} watchers, ${whole(eventsPerSecond)} event/s`,
    'minutes',
    'left, and others came',
    'results',
    'missed',
    'server RSS MB',
    'KB for each watcher',
  ];
  return table(
    heads,
    rows.map(({ transport, minutes, changed, results, residentMegabytes, kilobytesEach }) => [
      transport,
      fixed(0)(minutes),
      whole(changed),
      whole(results),
      // A run in which a watcher misses one comes to no figures.
      '0',
      fixed(0)(residentMegabytes),
      fixed(1)(kilobytesEach),
    ]),
  );
}
