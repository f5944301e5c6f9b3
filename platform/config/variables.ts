/**
 * Every environment variable of the product, with what it means. README's table is made from this list and a test compares them.
 * Reading them is for the config.ts of each kind of process; nothing else looks at the environment.
 */
export interface Variable {
  readonly name: string;
  readonly default: string;
  readonly meaning: string;
}

export const VARIABLES = [
  { name: 'HOST', default: '127.0.0.1', meaning: 'Address the gateway listens on. Dev tokens are given only while it is a loopback address.' },
  { name: 'PORT', default: '4000', meaning: 'Port of the gateway; 0 takes a free one.' },
  { name: 'GATEWAYS', default: '1', meaning: '`npm start` only: how many gateways to run, on PORT, PORT+1, …' },
  {
    name: 'CACHE_MEGABYTES',
    default: '200',
    meaning: 'Memory of one gateway for answers, views and lists that were asked for already, half of it for answers; 0 keeps nothing.',
  },
  {
    name: 'DOCUMENTS',
    default: 'any',
    meaning: '`any`, or `persisted`: only the GraphQL documents of schema/operations are answered; then neither introspection nor GraphiQL is.',
  },
  {
    name: 'CDN_PURGE_URL',
    default: '',
    meaning: 'Where a CDN in front is told what to forget: POST `{"tags":[…]}`, names as in `Cache-Tag`. Not set: no shared cache may hold an answer.',
  },
  { name: 'CDN_PURGE_TOKEN', default: '', meaning: 'Bearer token for CDN_PURGE_URL.' },
  {
    name: 'STALE_SECONDS',
    default: '600',
    meaning: 'How long after its read a view or a list stands for what cannot be read at the moment, named as old in the answer; 0: never.',
  },
  { name: 'SUBSCRIPTIONS_PER_USER', default: '100', meaning: 'Subscriptions that one person may have open at one gateway.' },
  { name: 'SUBSCRIPTIONS_PER_TENANT', default: '50000', meaning: 'Subscriptions that all people of a tenant may have open at one gateway.' },
  {
    name: 'SUBSCRIPTIONS_PER_SECOND',
    default: '1000',
    meaning: 'Subscriptions that one gateway begins in a second, the others wait for their turn; and that it sends away in a second when it stops.',
  },
  { name: 'DATA_DIR', default: '.data', meaning: 'Folder of the embedded database and of generated keys.' },
  { name: 'DATABASE_URL', default: '', meaning: 'PostgreSQL 15 or newer, `postgres://…`. Not set: an embedded PGlite in DATA_DIR.' },
  { name: 'KAFKA_BROKERS', default: '', meaning: 'Comma-separated `host:port`. Not set: the log is a table in the database.' },
  { name: 'LOG_RETENTION_HOURS', default: '24', meaning: 'How long the log keeps commands and events that every worker has finished. An erasure shortens it.' },
  {
    name: 'UPSTASH_REDIS_REST_URL',
    default: '',
    meaning: 'Redis over the Upstash REST protocol: Upstash, or the bridge. Not set: views in memory, rebuilt from the events at start.',
  },
  { name: 'UPSTASH_REDIS_REST_TOKEN', default: '', meaning: 'Token for UPSTASH_REDIS_REST_URL.' },
  { name: 'ORIGIN_URL', default: '', meaning: "Gateways of the scaled size: where the workers' origin role answers (L3)." },
  { name: 'ORIGIN_TOKEN', default: '', meaning: 'Shared secret between gateways and the origin role; 16 characters or more.' },
  { name: 'ANTHROPIC_API_KEY', default: '', meaning: 'Key for scoring by Claude. Not set: scores come from the rules.' },
  { name: 'ANTHROPIC_BASE_URL', default: 'https://api.anthropic.com', meaning: 'Where the Messages API is.' },
  { name: 'ANTHROPIC_MODEL', default: 'claude-haiku-4-5', meaning: 'The model that scores.' },
  { name: 'AI_TIMEOUT_MS', default: '30000', meaning: 'One call to the AI takes at most this long.' },
  { name: 'AI_RETRY_AFTER_MS', default: '60000', meaning: 'How long the circuit stays open after five failures.' },
  { name: 'JWKS_URL', default: '', meaning: 'Where the public keys of bearer tokens are (JWKS).' },
  {
    name: 'JWT_PUBLIC_KEY',
    default: '',
    meaning:
      'A public key (PEM, ES256 or RS256) for bearer tokens, instead of JWKS_URL. Neither set: a key pair is made in DATA_DIR and only dev tokens fit it.',
  },
  { name: 'JWT_ISSUER', default: '', meaning: 'Required `iss` of tokens, if set.' },
  { name: 'JWT_AUDIENCE', default: '', meaning: 'Required `aud` of tokens, if set.' },
  { name: 'WEBHOOK_SECRETS', default: '', meaning: 'Comma-separated `tenant=secret` for signed CRM webhooks. A tenant without one gets none.' },
  { name: 'WORKER_ROLES', default: '', meaning: 'Worker processes: roles to run, comma-separated, if `--roles=` is not given.' },
  {
    name: 'WORKER_LANES',
    default: '',
    meaning:
      'Worker processes: lanes that the roles consume (`hot`, `warm`, `cold`), comma-separated, if `--lanes=` is not given. Not set: all. Each lane needs a process of each role.',
  },
  { name: 'WORKER_PORT', default: '4100', meaning: 'Worker processes: port of /healthz, /readyz, /metrics and of the origin role; 0 takes a free one.' },
  { name: 'BRIDGE_PORT', default: '8079', meaning: 'Port of the Redis REST bridge.' },
  { name: 'BRIDGE_TOKEN', default: '', meaning: 'Token that the bridge asks for; 16 characters or more.' },
  { name: 'REDIS_URL', default: 'redis://127.0.0.1:6379', meaning: 'The Redis behind the bridge.' },
  { name: 'DEMO', default: 'on', meaning: 'Embedded size: fill an empty store with a demo brokerage and let gentle made-up traffic run; `off` for neither.' },
  { name: 'LOG_LEVEL', default: 'info', meaning: '`trace`, `debug`, `info`, `warn`, `error` or `silent`.' },
] as const satisfies readonly Variable[];

export type VariableName = (typeof VARIABLES)[number]['name'];
export type Environment = Readonly<Record<string, string | undefined>>;

/** Collects every mistake, so that they are said together. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`The configuration has ${problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`}:\n${problems.map((p) => `  - ${p}`).join('\n')}`);
    this.problems = problems;
  }
}

/** Reads variables by name with their defaults and notes what is wrong; `finish` throws a ConfigError with all of it. */
export function readEnvironment(env: Environment) {
  const problems: string[] = [];
  const defaults = new Map<string, string>(VARIABLES.map((v) => [v.name, v.default]));
  const text = (name: VariableName): string => env[name]?.trim() || defaults.get(name) || '';
  return {
    text,
    optional: (name: VariableName): string | undefined => text(name) || undefined,
    integer(name: VariableName, min: number, max: number): number {
      const value = Number(text(name));
      if (Number.isInteger(value) && value >= min && value <= max) return value;
      problems.push(`${name} must be a whole number from ${min} to ${max}, not ${JSON.stringify(text(name))}`);
      return min;
    },
    url(name: VariableName): string | undefined {
      const value = text(name);
      if (!value) return undefined;
      if (URL.canParse(value)) return value.replace(/\/$/, '');
      problems.push(`${name} must be a URL, not ${JSON.stringify(value)}`);
      return undefined;
    },
    oneOf<T extends string>(name: VariableName, choices: readonly T[]): T {
      const value = text(name);
      const found = choices.find((choice) => choice === value);
      if (found !== undefined) return found;
      problems.push(`${name} must be one of ${choices.join(', ')}, not ${JSON.stringify(value)}`);
      return choices[0] as T;
    },
    list: (name: VariableName): string[] =>
      text(name)
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean),
    problem: (sentence: string): void => void problems.push(sentence),
    finish(): void {
      if (problems.length > 0) throw new ConfigError(problems);
    },
  };
}
