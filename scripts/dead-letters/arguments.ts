/** What `npm run dead-letters` is asked, from its arguments. */
import { parseArgs } from 'node:util';
import { isDeadLetterId, isId, kindOfId, type DeadLetterId } from '../../domain/ids.ts';
import { parseTime } from '../../domain/time.ts';
import type { DeadLetterFilter } from '../../platform/dead-letters/dead-letters.ts';
import { ALL_TOPICS, DEAD_LETTER_TOPIC } from '../../platform/log/topics.ts';

export const USAGE = `npm run dead-letters -- list [filter] [--limit 50] [--json]
npm run dead-letters -- show ID [--json]
npm run dead-letters -- replay ID… [--dry-run] [--no-wait]
npm run dead-letters -- replay filter | --all [--limit N] [--dry-run] [--no-wait]

What could not be handled: look at it, and have commands tried again (the same command, with the same id; oldest first).
By a filter, only letters that were not tried again yet are replayed, unless --replayed is given.

filter (all that is given must hold):
  --topic leads.commands.hot   --type CreateLead          --lead lead_…  (or prop_…, agent_…)
  --command cmd_…              --reason TEXT (a part)     --replayed | --unreplayed
  --since TIME  --until TIME   when it was put aside: 2026-03-01T09:30:00Z, or 90m, 24h, 7d ago

  --dry-run   says what would be tried again, and changes nothing
  --no-wait   does not wait for what comes of each

where:
  --url http://127.0.0.1:4000  --token JWT   over the API, as an admin; without --token a dev token is asked for, which only a
                                             gateway on this machine gives
  --direct                                   in the database (DATABASE_URL, KAFKA_BROKERS as for workers): letters of all tenants and of none

Ends with 1 where something could not be replayed.`;

/** The arguments make no sense; the message says which and why. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface Access {
  readonly direct: boolean;
  readonly url: string;
  readonly token: string | undefined;
}
export type Asked =
  | { readonly command: 'list'; readonly filter: DeadLetterFilter; readonly limit: number; readonly json: boolean }
  | { readonly command: 'show'; readonly id: DeadLetterId; readonly json: boolean }
  | {
      readonly command: 'replay';
      /** Empty: by the filter. */
      readonly ids: readonly DeadLetterId[];
      readonly filter: DeadLetterFilter;
      readonly limit: number;
      readonly dryRun: boolean;
      readonly wait: boolean;
    };

const [text, flag] = [{ type: 'string' }, { type: 'boolean' }] as const;
const FILTER = { topic: text, type: text, lead: text, command: text, reason: text, since: text, until: text, replayed: flag, unreplayed: flag } as const;
const ACCESS = { url: text, token: text, direct: flag } as const;
const OPTIONS = { ...FILTER, ...ACCESS, all: flag, limit: text, json: flag, 'dry-run': flag, 'no-wait': flag } as const;
const FILTER_NAMES = Object.keys(FILTER);
const OPTIONS_OF: Readonly<Record<Asked['command'], readonly string[]>> = {
  list: [...FILTER_NAMES, 'limit', 'json'],
  show: ['json'],
  replay: [...FILTER_NAMES, 'all', 'limit', 'dry-run', 'no-wait'],
};
const LIST_LIMIT = 50;

const parse = (args: readonly string[]) => parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
type Values = ReturnType<typeof parse>['values'];

/** Throws UsageError. `nowMs`: for times that are given as "ago". */
export function readArguments(args: readonly string[], nowMs: number): { readonly asked: Asked; readonly access: Access } {
  const { values, positionals } = parsed(args);
  const [command, ...rest] = positionals;
  if (command !== 'list' && command !== 'show' && command !== 'replay') {
    throw new UsageError(command === undefined ? 'say what to do: list, show or replay' : `there is no ${JSON.stringify(command)}: list, show or replay`);
  }
  const stranger = Object.keys(values).find((name) => !(name in ACCESS) && !OPTIONS_OF[command].includes(name));
  if (stranger !== undefined) throw new UsageError(`--${stranger} is not for ${command}`);
  if (values.direct === true && (values.url ?? values.token) !== undefined) throw new UsageError('--direct asks the database: no --url and no --token with it');
  return {
    asked: readCommand(command, rest, values, nowMs),
    access: { direct: values.direct ?? false, url: values.url ?? 'http://127.0.0.1:4000', token: values.token },
  };
}

function parsed(args: readonly string[]): ReturnType<typeof parse> {
  try {
    return parse(args);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function readCommand(command: Asked['command'], rest: readonly string[], values: Values, nowMs: number): Asked {
  const json = values.json ?? false;
  if (command === 'show') {
    const [id] = rest.map(letterId);
    if (id === undefined || rest.length > 1) throw new UsageError('show takes one ID');
    return { command, id, json };
  }
  const filter = readFilter(values, nowMs);
  if (command === 'replay') return readReplay(rest.map(letterId), values, filter);
  if (rest.length > 0) throw new UsageError(`list takes no ${JSON.stringify(rest[0])}`);
  return { command, filter, limit: readLimit(values.limit) ?? LIST_LIMIT, json };
}

function readReplay(ids: readonly DeadLetterId[], values: Values, filter: DeadLetterFilter): Asked {
  const filtered = FILTER_NAMES.some((name) => name in values);
  const ways = [ids.length > 0, filtered, values.all === true].filter(Boolean).length;
  if (ways === 0) throw new UsageError('say which letters to replay: IDs, a filter, or --all');
  if (ways > 1) throw new UsageError('replay takes IDs, a filter or --all, and only one of them');
  if (ids.length > 0 && values.limit !== undefined) throw new UsageError('--limit is for a filter or --all, not for IDs');
  return {
    command: 'replay',
    ids: [...new Set(ids)],
    filter: { ...filter, replayed: filter.replayed ?? false },
    limit: readLimit(values.limit) ?? Number.POSITIVE_INFINITY,
    dryRun: values['dry-run'] ?? false,
    wait: !(values['no-wait'] ?? false),
  };
}

function readFilter(values: Values, nowMs: number): DeadLetterFilter {
  const { topic, type, lead, command, reason, replayed, unreplayed } = values;
  const topics = ALL_TOPICS.filter((name) => name !== DEAD_LETTER_TOPIC);
  if (topic !== undefined && !topics.includes(topic)) throw new UsageError(`--topic is one of ${topics.join(', ')}, not ${JSON.stringify(topic)}`);
  if (lead !== undefined && !['lead', 'property', 'agent'].includes(kindOfId(lead) ?? ''))
    throw new UsageError(`--lead is an id like lead_…, not ${JSON.stringify(lead)}`);
  if (command !== undefined && !isId('command', command)) throw new UsageError(`--command is an id like cmd_…, not ${JSON.stringify(command)}`);
  if (replayed === true && unreplayed === true) throw new UsageError('--replayed and --unreplayed leave nothing');
  const [since, until] = [readTime('since', values.since, nowMs), readTime('until', values.until, nowMs)];
  if (since !== undefined && until !== undefined && since > until) throw new UsageError(`--since (${since}) is after --until (${until})`);
  return {
    topic,
    type,
    streamId: lead,
    commandId: command,
    reason,
    since,
    until,
    replayed: replayed === true ? true : unreplayed === true ? false : undefined,
  };
}

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

function readTime(name: string, value: string | undefined, nowMs: number): string | undefined {
  if (value === undefined) return undefined;
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(value) ?? [];
  const ago = count === undefined || unit === undefined ? null : nowMs - Number(count) * (UNIT_MS[unit] ?? 0);
  const time = ago === null ? parseTime(value) : new Date(ago).toISOString();
  if (time === null) throw new UsageError(`--${name} is a time like 2026-03-01T09:30:00Z, or 90m, 24h, 7d ago; not ${JSON.stringify(value)}`);
  return time;
}

function readLimit(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(value)) throw new UsageError(`--limit is a whole number from 1, not ${JSON.stringify(value)}`);
  return Number(value);
}

function letterId(text: string): DeadLetterId {
  if (!isDeadLetterId(text)) throw new UsageError(`${JSON.stringify(text)} is no id of a dead letter (dead_…)`);
  return text;
}
