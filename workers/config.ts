/** What a worker process is told by its environment. Pure; collects every mistake. */
import { readEnvironment, type Environment } from '../platform/config/variables.ts';
import { isRoleName, ROLE_NAMES, type RoleName } from './kit/role.ts';

const LEVELS = ['info', 'trace', 'debug', 'warn', 'error', 'silent'] as const;

export interface AiConfig {
  readonly apiKey: string;
  readonly baseUrl: string;
  readonly model: string;
  readonly timeoutMs: number;
  readonly retryAfterMs: number;
}

export interface WorkersConfig {
  /** Undefined: embedded. */
  readonly databaseUrl: string | undefined;
  readonly kafkaBrokers: readonly string[];
  readonly redis: { readonly url: string; readonly token: string } | undefined;
  readonly ai: AiConfig | undefined;
  readonly originToken: string | undefined;
  readonly host: string;
  readonly port: number;
  readonly roles: readonly RoleName[];
  readonly logLevel: (typeof LEVELS)[number];
}

/** Throws a ConfigError that names every mistake. */
export function workersConfig(env: Environment, rolesArgument?: string): WorkersConfig {
  const read = readEnvironment(env);
  const names =
    rolesArgument === undefined
      ? read.list('WORKER_ROLES')
      : rolesArgument
          .split(',')
          .map((name) => name.trim())
          .filter(Boolean);
  for (const name of names) if (!isRoleName(name)) read.problem(`there is no worker role ${JSON.stringify(name)}; the roles are ${ROLE_NAMES.join(', ')}`);
  const [redisUrl, redisToken, apiKey, originToken] = [
    read.url('UPSTASH_REDIS_REST_URL'),
    read.text('UPSTASH_REDIS_REST_TOKEN'),
    read.optional('ANTHROPIC_API_KEY'),
    read.optional('ORIGIN_TOKEN'),
  ];
  if (redisUrl && !redisToken) read.problem('UPSTASH_REDIS_REST_URL needs UPSTASH_REDIS_REST_TOKEN beside it');
  if (originToken !== undefined && originToken.length < 16) read.problem('ORIGIN_TOKEN must have 16 characters or more');
  const config: WorkersConfig = {
    databaseUrl: read.url('DATABASE_URL'),
    kafkaBrokers: read.list('KAFKA_BROKERS'),
    redis: redisUrl ? { url: redisUrl, token: redisToken } : undefined,
    ai: apiKey
      ? {
          apiKey,
          baseUrl: read.url('ANTHROPIC_BASE_URL') ?? '',
          model: read.text('ANTHROPIC_MODEL'),
          timeoutMs: read.integer('AI_TIMEOUT_MS', 10, 600_000),
          retryAfterMs: read.integer('AI_RETRY_AFTER_MS', 10, 3_600_000),
        }
      : undefined,
    originToken,
    host: read.text('HOST'),
    port: read.integer('WORKER_PORT', 0, 65_535),
    roles: names.filter(isRoleName),
    logLevel: read.oneOf('LOG_LEVEL', LEVELS),
  };
  read.finish();
  return config;
}

/** What must be there for workers that run as processes of their own; throws a ConfigError. */
export function requireSeparateProcess(config: WorkersConfig): void {
  const read = readEnvironment({});
  if (config.roles.length === 0) read.problem(`say which roles to run: --roles=${ROLE_NAMES.join(',')} (or some of them)`);
  if (!config.databaseUrl) read.problem('DATABASE_URL must be set for a worker process; everything in one process is `npm start`');
  if (!config.redis) read.problem('UPSTASH_REDIS_REST_URL must be set for a worker process: views in memory cannot be shared with gateways');
  if (config.roles.includes('origin') && !config.originToken) read.problem('ORIGIN_TOKEN must be set for the role origin');
  read.finish();
}
