/** What `npm run bench` is told on its command line. */
import { parseArgs } from 'node:util';

export const SCENARIOS = [
  'reads',
  'commands',
  'live',
  'write',
  'produce',
  'lanes',
  'rebuild',
  'rest',
  'accept',
  'mixed',
  'flat',
  'start',
  'watchers',
  'stalled',
  'rolling',
  'held',
] as const;
/** Those of the scaled size run only when they are named: they need Kafka and Redis, and minutes each. */
const WHOLE_RUN = ['reads', 'commands', 'live'] as const satisfies readonly ScenarioName[];
export type ScenarioName = (typeof SCENARIOS)[number];

export const USAGE = `npm run bench -- [--quick] [--only=NAME,NAME] [--rounds=N] [--seconds=N] [--write]
  --quick     small figures within a minute: shows that everything works, says little about speed
  --only      some of: ${SCENARIOS.join(', ')}; without it all of ${WHOLE_RUN.join(', ')}
  --rounds    rounds of each server and query, interleaved
  --seconds   length of a round
  --commands  of write: commands of a round
  --cold      of lanes: cold commands that wait
  --leads     of rebuild, rest, mixed and flat: leads whose views are built anew, or read
  --rate      of mixed: requests a second; without it half of what a closed loop reaches
  --watchers  of watchers, stalled and held: subscribers of one process; of rolling: of three gateways
  --write     also writes docs/benchmarks.md; a whole run that is not quick does so by itself`;

export interface BenchOptions {
  readonly quick: boolean;
  readonly only: readonly ScenarioName[];
  readonly rounds: number;
  readonly roundSeconds: number;
  /** Of each server and query: compiling what runs often takes the gateway some ten seconds of full load, and brokers longer. */
  readonly warmUpSeconds: number;
  /** How long to wait for quiet and to repeat what was disturbed, all in all. */
  readonly patienceSeconds: number;
  /** Commands of a drain. */
  readonly drainCommands: number;
  /** Mutations whose way to a subscriber is timed. */
  readonly liveSamples: number;
  /** Commands that a worker finds in the log, and whose rows are inserted bare. */
  readonly writeCommands: number;
  readonly produceSeconds: number;
  /** Cold commands that wait while hot ones are timed. */
  readonly coldCommands: number;
  /** Hot changes that are timed while nothing else is to do. */
  readonly laneSamples: number;
  /** Leads whose views are built anew while they are read. */
  readonly rebuildLeads: number;
  /** Leads in Redis of which some are read. */
  readonly restLeads: number;
  /** Leads in Redis that people read and change. */
  readonly mixedLeads: number;
  /** Requests a second that are sent whatever comes back; absent: half of what comes back from a closed loop. */
  readonly mixedPerSecond: number | undefined;
  /** How long they are. */
  readonly mixedSeconds: number;
  /** How long memory is watched. */
  readonly flatSeconds: number;
  /** Starts of each server. */
  readonly starts: number;
  /** Subscribers of one process. */
  readonly watchers: number;
  /** How long watchers are held. */
  readonly heldSeconds: number;
  /** Subscribers of three gateways that are restarted one after the other. */
  readonly rollingWatchers: number;
  /** Those who read, and as many who stop reading. */
  readonly readers: number;
  /** Events beside those who stop reading. */
  readonly stalledEvents: number;
  /** How long leads are read before a rebuild, and after it. */
  readonly readSeconds: number;
  readonly write: boolean;
}

const FULL = {
  rounds: 5,
  roundSeconds: 3,
  warmUpSeconds: 12,
  patienceSeconds: 40,
  drainCommands: 4_000,
  liveSamples: 200,
  writeCommands: 200_000,
  produceSeconds: 1,
  coldCommands: 200_000,
  laneSamples: 300,
  rebuildLeads: 100_000,
  restLeads: 100_000,
  mixedLeads: 100_000,
  mixedSeconds: 60,
  flatSeconds: 600,
  starts: 15,
  watchers: 10_000,
  readers: 1_000,
  heldSeconds: 3_600,
  rollingWatchers: 3_000,
  stalledEvents: 5_000,
  readSeconds: 30,
};
const QUICK = {
  rounds: 1,
  roundSeconds: 1,
  warmUpSeconds: 1,
  patienceSeconds: 0,
  drainCommands: 200,
  liveSamples: 20,
  writeCommands: 2_000,
  produceSeconds: 1,
  coldCommands: 400,
  laneSamples: 30,
  rebuildLeads: 500,
  restLeads: 500,
  mixedLeads: 500,
  mixedSeconds: 5,
  flatSeconds: 5,
  starts: 3,
  watchers: 500,
  readers: 100,
  heldSeconds: 12,
  rollingWatchers: 150,
  stalledEvents: 300,
  readSeconds: 3,
};

/** Throws a RangeError that says what is wrong. */
export function benchOptions(args: string[]): BenchOptions {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      commands: { type: 'string' },
      cold: { type: 'string' },
      leads: { type: 'string' },
      rate: { type: 'string' },
      watchers: { type: 'string' },
      write: { type: 'boolean', default: false },
    },
  });
  const only = values.only === undefined ? WHOLE_RUN : values.only.split(',').map(scenarioName);
  const size = values.quick ? QUICK : FULL;
  return {
    ...size,
    quick: values.quick,
    only,
    rounds: positive('rounds', values.rounds, size.rounds),
    roundSeconds: positive('seconds', values.seconds, size.roundSeconds),
    writeCommands: positive('commands', values.commands, size.writeCommands, COUNT_MAX),
    coldCommands: positive('cold', values.cold, size.coldCommands, COUNT_MAX),
    rebuildLeads: positive('leads', values.leads, size.rebuildLeads, COUNT_MAX),
    restLeads: positive('leads', values.leads, size.restLeads, COUNT_MAX),
    mixedLeads: positive('leads', values.leads, size.mixedLeads, COUNT_MAX),
    mixedPerSecond: values.rate === undefined ? undefined : positive('rate', values.rate, 1, COUNT_MAX),
    watchers: positive('watchers', values.watchers, size.watchers, COUNT_MAX),
    rollingWatchers: positive('watchers', values.watchers, size.rollingWatchers, COUNT_MAX),
    readers: positive('watchers', values.watchers, size.readers, COUNT_MAX),
    write: values.write || (!values.quick && values.only === undefined),
  };
}

function scenarioName(text: string): ScenarioName {
  const name = SCENARIOS.find((known) => known === text.trim());
  if (name === undefined) throw new RangeError(`--only knows ${SCENARIOS.join(', ')}, not ${JSON.stringify(text)}`);
  return name;
}

const COUNT_MAX = 1_000_000;

function positive(name: string, text: string | undefined, fallback: number, max = 60): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > max) throw new RangeError(`--${name} is a whole number from 1 to ${max}, not ${JSON.stringify(text)}`);
  return value;
}
