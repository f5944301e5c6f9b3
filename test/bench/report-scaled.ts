/** The figures of the scaled size as tables. Each ratio is of one run, and the median of its rounds' own ratios where it has rounds. */
import type { FirstAnswer } from '../support/first-answer.ts';
import type { PacedSample } from './load/jobs.ts';
import { flatTable, mixedTables, wrongMixed } from './report-mixed.ts';
import type { ScaledResults } from './run-scaled.ts';
import { ACCEPT_PEER, type AcceptResult } from './scenarios/accept.ts';
import type { LanesResult } from './scenarios/lanes.ts';
import type { ProduceResult, ProduceRound } from './scenarios/produce.ts';
import type { RebuildResult } from './scenarios/rebuild.ts';
import type { ReadRound } from './scenarios/reads.ts';
import { REST_OURS, type RestResult } from './scenarios/rest.ts';
import { START_BARE, type StartResult } from './scenarios/start.ts';
import type { WriteResult, WriteRound } from './scenarios/write.ts';
import type { WriteRate } from './scenarios/write-rate.ts';
import { median, quantile } from './statistics.ts';
import { fixed, table, whole } from './tables.ts';

const bestOf = ({ bare }: WriteRound): number => Math.max(...bare.map(({ commandsPerSecond }) => commandsPerSecond));

function writeTable({ commands, rounds }: WriteResult): string {
  const row = (name: string, pick: (round: WriteRound) => WriteRate | undefined): string[] => {
    const rates = rounds.flatMap((round) => {
      const rate = pick(round);
      return rate === undefined ? [] : [{ ...rate, ratio: rate.commandsPerSecond / bestOf(round) }];
    });
    return [
      name,
      whole(median(rates.map(({ commandsPerSecond }) => commandsPerSecond))),
      fixed(2)(median(rates.map(({ ratio }) => ratio))),
      rates.map(({ ratio }) => fixed(2)(ratio)).join(', '),
      fixed(0)(median(rates.map(({ clientMicrosPerCommand }) => clientMicrosPerCommand))),
    ];
  };
  const connections = rounds[0]?.bare.map((one) => one.connections) ?? [];
  return table(
    [`${whole(commands)} commands in the log`, 'commands/s', 'to the best bare inserts', 'by round', 'client CPU µs/command'],
    [
      row('one worker, commands of people', ({ worker }) => worker),
      row('one worker, commands of other workers', ({ untold }) => untold),
      ...connections.map((count) =>
        row(`bare inserts, ${count} ${count === 1 ? 'connection' : 'connections'}`, ({ bare }) => bare.find((one) => one.connections === count)),
      ),
    ],
  );
}

const OURS = 'this log';

function produceTable({ rounds }: ProduceResult, shape: ProduceRound['shape']): string {
  const of = Map.groupBy(
    rounds.filter((one) => one.shape === shape),
    ({ round }) => round,
  );
  const ratios = (name: string): number[] =>
    [...of.values()].map((all) => {
      const best = Math.max(...all.filter((one) => one.name !== OURS).map(({ recordsPerSecond }) => recordsPerSecond));
      return (all.find((one) => one.name === name)?.recordsPerSecond ?? Number.NaN) / best;
    });
  const names = [...new Set(rounds.filter((one) => one.shape === shape).map(({ name }) => name))];
  const rows = names.map((name) => {
    const own = rounds.filter((one) => one.shape === shape && one.name === name);
    const rate = median(own.map(({ recordsPerSecond }) => recordsPerSecond));
    const micros = median(own.map(({ clientMicrosPerRecord }) => clientMicrosPerRecord));
    return [name, whole(rate), fixed(2)(median(ratios(name))), ratios(name).map(fixed(2)).join(', '), fixed(1)(micros)];
  });
  return table(
    [shape === 'singles' ? 'one record a call' : 'records by hundreds', 'records/s', 'to the best bare one', 'by round', 'client CPU µs/record'],
    rows,
  );
}

const latency = (values: readonly number[]): string[] => [
  String(values.length),
  ...[quantile(values, 0.5), quantile(values, 0.99), Math.max(...values)].map(fixed(1)),
];

function lanesTables(result: LanesResult): string {
  const { coldCommands: cold, coldAloneSeconds: alone, coldBesideHotSeconds: beside } = result;
  const ratio = fixed(2)(quantile(result.besideColdMs, 0.99) / quantile(result.idleMs, 0.99));
  const hot = table(
    ['a note on a HOT lead, until VISIBLE', 'samples', 'p50 ms', 'p99 ms', 'most ms', 'p99 to idle'],
    [
      ['idle', ...latency(result.idleMs), '1'],
      [`while ${whole(cold)} cold commands waited`, ...latency(result.besideColdMs), ratio],
    ],
  );
  const drains = table(
    ['cold commands, with all that follows from them', 'seconds', 'commands/s', 'to alone'],
    [
      ['alone', fixed(1)(alone), whole(cold / alone), '1'],
      ['beside the hot ones', fixed(1)(beside), whole(cold / beside), fixed(2)(alone / beside)],
    ],
  );
  return [hot, drains, ...result.wrong.slice(0, 1).map((what) => `**${result.wrong.length} hot changes went wrong**, the first: ${what}`)].join('\n\n');
}

const READS: readonly PacedSample['kind'][] = ['by id', 'lists'];
const wrongIn = (samples: readonly PacedSample[]): readonly string[] => samples.flatMap(({ wrong }) => wrong ?? []);

function rebuildTable({ leads, seconds, ...phases }: RebuildResult): string {
  const rows = READS.flatMap((kind) => {
    const ms = (samples: readonly PacedSample[]): number[] => samples.filter((one) => one.kind === kind).map((one) => one.ms);
    const row = (name: string, samples: readonly PacedSample[]): string[] => {
      const ratio = quantile(ms(samples), 0.99) / quantile(ms(phases.before), 0.99);
      return [`${kind}, ${name}`, ...latency(ms(samples)), fixed(2)(ratio), String(wrongIn(samples.filter((one) => one.kind === kind)).length)];
    };
    return [row('before', phases.before), row(`during the rebuild (${fixed(0)(seconds)} s)`, phases.during), row('after it', phases.after)];
  });
  const heads = [`200 reads a second of ${whole(leads)} leads`, 'samples', 'p50 ms', 'p99 ms', 'most ms', 'p99 to before', 'wrong'];
  const [first] = wrongIn([...phases.before, ...phases.during, ...phases.after]);
  return [table(heads, rows), ...(first === undefined ? [] : [`**The first wrong answer:** ${first}`])].join('\n\n');
}

type HttpRound = Pick<ReadRound, 'requestsPerSecond' | 'p50Ms' | 'p99Ms' | 'serverMicrosPerRequest' | 'errors'>;

/** Servers under the same load, in interleaved rounds. `of`: a round's rate as a ratio. */
function serversTable(
  what: string,
  rounds: Readonly<Record<string, readonly HttpRound[]>>,
  { name, of }: { name: string; of: (rate: number, at: number) => number },
): string {
  const rows = Object.entries(rounds).map(([server, all]) => {
    const ratios = all.map(({ requestsPerSecond }, at) => of(requestsPerSecond, at));
    return [
      server,
      whole(median(all.map(({ requestsPerSecond }) => requestsPerSecond))),
      fixed(2)(median(ratios)),
      ratios.map(fixed(2)).join(', '),
      fixed(0)(median(all.map(({ p50Ms }) => p50Ms))),
      fixed(0)(median(all.map(({ p99Ms }) => p99Ms))),
      fixed(0)(median(all.map(({ serverMicrosPerRequest }) => serverMicrosPerRequest ?? Number.NaN))),
      String(all.reduce((sum, { errors }) => sum + errors, 0)),
    ];
  });
  return table([what, 'requests/s', name, 'by round', 'p50 ms', 'p99 ms', 'server CPU µs/request', 'errors'], rows);
}

function restTable({ leads, rounds }: RestResult): string {
  const ours = (at: number): number => rounds[REST_OURS]?.[at]?.requestsPerSecond ?? Number.NaN;
  return serversTable(`one lead by id, ${whole(leads)} in Redis`, rounds, { name: 'this gateway to it', of: (rate, at) => ours(at) / rate });
}

function acceptTable({ rounds }: AcceptResult): string {
  const peer = (at: number): number => rounds[ACCEPT_PEER]?.[at]?.requestsPerSecond ?? Number.NaN;
  return serversTable('mutations accepted, 32 clients', rounds, { name: 'to one insert each', of: (rate, at) => rate / peer(at) });
}

function startTable({ rounds }: StartResult): string {
  const bare = rounds[START_BARE] ?? [];
  const rows = Object.entries(rounds).map(([server, all]) => {
    const cpuMs = all.map((one) => one.cpuMs ?? Number.NaN);
    const wallMs = all.map((one) => one.wallMs);
    const ratio = (values: readonly number[], of: (one: FirstAnswer) => number): string =>
      fixed(2)(median(values.map((value, at) => value / (bare[at] ? of(bare[at]) : Number.NaN))));
    return [server, fixed(0)(median(wallMs)), ratio(wallMs, (one) => one.wallMs), fixed(0)(median(cpuMs)), ratio(cpuMs, (one) => one.cpuMs ?? Number.NaN)];
  });
  return table([`${bare.length} starts of each, to the first answer`, 'ms', 'to an ES module', 'CPU ms', 'to an ES module'], rows);
}

/** By name of the page's section. */
export function describeScaled({ write, produce, lanes, rebuild, rest, accept, mixed, flat, start, missing = {} }: ScaledResults): Map<string, string> {
  return new Map([
    ...(write ? [['write figures', writeTable(write)] as const] : []),
    ...(produce ? [['produce figures', `${produceTable(produce, 'singles')}\n\n${produceTable(produce, 'batches')}`] as const] : []),
    ...(lanes ? [['lanes figures', lanesTables(lanes)] as const] : []),
    ...(rebuild ? [['rebuild figures', rebuildTable(rebuild)] as const] : []),
    ...(accept ? [['accept figures', acceptTable(accept)] as const] : []),
    ...(rest ? [['rest figures', restTable(rest)] as const] : []),
    ...(mixed ? [['mixed figures', mixedTables(mixed)] as const] : []),
    ...(flat ? [['flat figures', flatTable(flat)] as const] : []),
    ...(start ? [['start figures', startTable(start)] as const] : []),
    ...Object.entries(missing).map(([name, reason]) => [`${name} figures`, `**Not measured:** ${reason}`] as const),
  ]);
}

/** Answers that were not what they should be. */
export const wrongAnswers = ({ lanes, rebuild, rest, mixed, flat }: ScaledResults): number =>
  (lanes?.wrong.length ?? 0) +
  (mixed === undefined ? 0 : wrongMixed(mixed)) +
  (flat?.wrong ?? 0) +
  Object.values(rest?.rounds ?? {})
    .flat()
    .reduce((sum, { errors }) => sum + errors, 0) +
  (rebuild === undefined ? 0 : wrongIn([...rebuild.before, ...rebuild.during, ...rebuild.after]).length);
