/** What `npm run bench` is told on its command line. */
import { parseArgs } from 'node:util';

export const SCENARIOS = ['reads', 'commands', 'live'] as const;
export type ScenarioName = (typeof SCENARIOS)[number];

export const USAGE = `npm run bench -- [--quick] [--only=reads,commands,live] [--rounds=N] [--seconds=N] [--write]
  --quick     small figures within a minute: shows that everything works, says little about speed
  --only      some of: ${SCENARIOS.join(', ')}
  --rounds    rounds of each server and query, interleaved
  --seconds   length of a round
  --write     also writes docs/benchmarks.md; a whole run that is not quick does so by itself`;

export interface BenchOptions {
  readonly quick: boolean;
  readonly only: readonly ScenarioName[];
  readonly rounds: number;
  readonly roundSeconds: number;
  readonly warmUpSeconds: number;
  /** How long to wait for quiet and to repeat what was disturbed, all in all. */
  readonly patienceSeconds: number;
  /** Commands of a drain. */
  readonly drainCommands: number;
  /** Mutations whose way to a subscriber is timed. */
  readonly liveSamples: number;
  readonly write: boolean;
}

const FULL = { rounds: 5, roundSeconds: 3, warmUpSeconds: 3, patienceSeconds: 40, drainCommands: 4_000, liveSamples: 200 };
const QUICK = { rounds: 1, roundSeconds: 1, warmUpSeconds: 1, patienceSeconds: 0, drainCommands: 200, liveSamples: 20 };

/** Throws a RangeError that says what is wrong. */
export function benchOptions(args: string[]): BenchOptions {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      write: { type: 'boolean', default: false },
    },
  });
  const only = values.only === undefined ? SCENARIOS : values.only.split(',').map(scenarioName);
  const size = values.quick ? QUICK : FULL;
  return {
    ...size,
    quick: values.quick,
    only,
    rounds: positive('rounds', values.rounds, size.rounds),
    roundSeconds: positive('seconds', values.seconds, size.roundSeconds),
    write: values.write || (!values.quick && values.only === undefined),
  };
}

function scenarioName(text: string): ScenarioName {
  const name = SCENARIOS.find((known) => known === text.trim());
  if (name === undefined) throw new RangeError(`--only knows ${SCENARIOS.join(', ')}, not ${JSON.stringify(text)}`);
  return name;
}

function positive(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 60) throw new RangeError(`--${name} is a whole number from 1 to 60, not ${JSON.stringify(text)}`);
  return value;
}
