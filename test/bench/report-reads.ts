/** The figures of queries as tables. */
import { BARE, type Query } from './scenarios/read-contests.ts';
import type { ReadFigures, ReadRound } from './scenarios/reads.ts';
import { median } from './statistics.ts';
import { fixed, table, whole } from './tables.ts';

const known = (rounds: readonly ReadRound[], pick: (round: ReadRound) => number | null): number[] => rounds.map(pick).filter((value) => value !== null);
const medianOrNull = (values: readonly number[]): number | null => (values.length === 0 ? null : median(values));

/** Of each round its own ratio, then the median: what both share in a round cancels out. Null where there is no other. */
function ratioTo(one: ReadFigures, other: ReadFigures | undefined): number | null {
  if (other === undefined) return null;
  return median(one.rounds.map(({ requestsPerSecond }, at) => requestsPerSecond / (other.rounds[at]?.requestsPerSecond ?? Number.NaN)));
}

/** `figures` of one query; ours is the first row. */
function readsTable(figures: readonly ReadFigures[]): string {
  const [ours] = figures;
  const bare = figures.find(({ server }) => server === BARE);
  const rows = figures.map((one) => {
    const rps = one.rounds.map(({ requestsPerSecond }) => requestsPerSecond);
    const foreign = known(one.rounds, (round) => round.foreignCores);
    return [
      one.server,
      whole(median(rps)),
      `${whole(Math.min(...rps))} to ${whole(Math.max(...rps))}`,
      ...(bare ? [fixed(3)(ratioTo(one, bare))] : []),
      one === ours ? '1' : fixed(2)(ours ? ratioTo(ours, one) : null),
      fixed(0)(medianOrNull(one.rounds.map(({ p99Ms }) => p99Ms))),
      fixed(0)(medianOrNull(known(one.rounds, (round) => round.serverMicrosPerRequest))),
      fixed(2)(foreign.length === 0 ? null : Math.max(...foreign)),
      String(one.rounds.reduce((sum, { errors }) => sum + errors, 0)),
    ];
  });
  const ratios = [...(bare ? ['to bare node:http'] : []), 'this gateway to it'];
  return table(['server', 'requests/s', 'least to most', ...ratios, 'p99 ms', 'server CPU µs/request', 'foreign cores, worst', 'errors'], rows);
}

const HEADS: Readonly<Record<Query, string>> = {
  list: 'List: 20 leads with their agents',
  'by id': 'One lead by id, 1,000 ids in rotation',
  'list, cold': 'List, cold: every page of it by 32 documents in rotation, the text of every lead put together anew',
  'list, through GraphQL': 'List, with a question that is not compiled: through GraphQL itself',
  'by id, through GraphQL': 'One lead by id, with a question that is not compiled: through GraphQL itself',
};

/** Headings and tables, in the order in which they were measured. */
export const describeReads = (figures: readonly ReadFigures[]): readonly string[] =>
  [...Map.groupBy(figures, ({ query }) => query)].flatMap(([query, of]) => [`### ${HEADS[query]}`, readsTable(of)]);
