/** What a rolling restart is for watchers, as a table. */
import type { RollingResult } from './scenarios/rolling.ts';
import { quantile } from './statistics.ts';
import { fixed, table, whole } from './tables.ts';

export function rollingTable(result: RollingResult): string {
  const rows = [
    ['watchers, of three gateways', whole(result.watchers)],
    ['changes meanwhile', whole(result.changes)],
    ['results', whole(result.results)],
    ['subscriptions a second, as configured', whole(result.perSecond)],
    ['reconnects', whole(result.reconnects)],
    ['reconnects in any second, at the most', whole(result.mostInSecond)],
    ['in any tenth of a second', whole(result.mostInTenth)],
    ['away, p50 ms', fixed(1)(quantile(result.awayMs, 0.5))],
    ['away, p99 ms', fixed(1)(quantile(result.awayMs, 0.99))],
    ['results missed', whole(result.missed)],
    ['results that came twice', whole(result.twice)],
    ['watchers with the last change', whole(result.upToDate)],
    ['foreign cores', fixed(2)(result.foreignCores)],
  ];
  return table(['rolling restart', ''], rows);
}
