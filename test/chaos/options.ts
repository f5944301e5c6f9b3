/** What `npm run chaos` is told on its command line. */
import { randomInt } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ALL_FAULTS, faultKinds, faultsAt } from './faults/schedule.ts';
import type { RunOptions } from './run.ts';

export const USAGE = `npm run chaos -- [--minutes N] [--seed N] [--only kind,kind] [--at target,target] [--rate N] [--every N] [--watchers N] [--redis-keeps] [--folder FOLDER]
  --minutes   how long load and faults go on, 20 if absent; fractions will do
  --seed      the choice of operations and faults; a random one if absent
  --only      faults of these kinds: ${ALL_FAULTS.map(({ kind }) => kind).join(', ')}; \`none\` for none
  --at        only at targets whose names begin so, as in gateway,redis
  --rate      commands a second, 95 if absent
  --every     seconds from one fault to the next on the average, 16 if absent
  --watchers  who follow leads over SSE and WebSocket, 200 if absent
  --redis-keeps  Redis comes back with what it had; else it comes back empty, and watchers have to load anew
  --folder    where data, logs and history go, and stay; else a temporary folder that stays only where the run fails`;

const DEFAULTS = { minutes: 20, rate: 95, everySeconds: 16, watchers: 200 };
const MINUTE_MS = 60_000;
const NEVER_MS = 24 * 60 * MINUTE_MS;
const SEED_MAX = 1_000_000;

/** Few enough not to be what is slow, enough to go on while many of them wait for VISIBLE in an outage. */
const CLIENTS = 48;
const POISON_EVERY = 500;
const QUIET_TIMEOUT_MS = 3 * MINUTE_MS;

/** Throws a RangeError that says what is wrong. */
export function chaosOptions(args: string[]): RunOptions & { readonly keepFolder: boolean } {
  const { values } = parseArgs({
    args,
    options: {
      minutes: { type: 'string' },
      seed: { type: 'string' },
      only: { type: 'string' },
      at: { type: 'string' },
      watchers: { type: 'string' },
      rate: { type: 'string' },
      every: { type: 'string' },
      'redis-keeps': { type: 'boolean' },
      folder: { type: 'string' },
    },
  });
  const none = values.only === 'none';
  return {
    seed: values.seed === undefined ? randomInt(SEED_MAX) : positive('seed', values.seed),
    loadMs: positive('minutes', values.minutes ?? DEFAULTS.minutes) * MINUTE_MS,
    rate: positive('rate', values.rate ?? DEFAULTS.rate),
    clients: CLIENTS,
    watchers: positive('watchers', values.watchers ?? DEFAULTS.watchers),
    faults: faultsAt(faultKinds(none ? [] : (values.only?.split(',') ?? [])), values.at?.split(',') ?? []),
    faultEveryMs: none ? NEVER_MS : positive('every', values.every ?? DEFAULTS.everySeconds) * 1_000,
    faultScale: 1,
    poisonEvery: POISON_EVERY,
    quietTimeoutMs: QUIET_TIMEOUT_MS,
    redisKeeps: values['redis-keeps'] ?? false,
    folder: values.folder === undefined ? mkdtempSync(join(tmpdir(), 'lead-intelligence-chaos-')) : resolve(values.folder),
    keepFolder: values.folder !== undefined,
  };
}

function positive(name: string, text: string | number): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new RangeError(`--${name} is a number above 0, not ${JSON.stringify(text)}`);
  return value;
}
