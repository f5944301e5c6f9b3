/** What a worker process is told by its environment. Pure; collects every mistake. */
import { LANES, type Lane } from '../domain/messages.ts';
import { kafkaBrokers, LOG_LEVELS, originToken, redisAddress, type LogLevel, type Reader, type RedisAddress } from '../platform/config/shared-settings.ts';
import { readEnvironment, type Environment, type VariableName } from '../platform/config/variables.ts';
import { isRoleName, ROLE_NAMES, type RoleName } from './kit/role.ts';

const HOUR_MS = 3_600_000;

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
  readonly redis: RedisAddress | undefined;
  readonly ai: AiConfig | undefined;
  readonly originToken: string | undefined;
  readonly logRetentionMs: number;
  readonly host: string;
  readonly port: number;
  readonly roles: readonly RoleName[];
  /** Those that the roles consume. */
  readonly lanes: readonly Lane[];
  readonly logLevel: LogLevel;
}

/** What stands behind the program's name, before the environment. */
export interface WorkerArguments {
  readonly roles?: string | undefined;
  readonly lanes?: string | undefined;
}

/** What an embedded worker is told; throws a ConfigError that names every mistake. */
export function workersConfig(env: Environment): WorkersConfig {
  const read = readEnvironment(env);
  const config = readWorkers(read, {});
  read.finish();
  return config;
}

/** What workers that run as processes of their own are told, and must be; throws a ConfigError that names every mistake. */
export function workerProcessConfig(env: Environment, given: WorkerArguments = {}): WorkersConfig {
  const read = readEnvironment(env);
  const config = readWorkers(read, given);
  const missing = (name: VariableName): boolean => read.optional(name) === undefined;
  if (namesIn(read, given.roles, 'WORKER_ROLES').length === 0) read.problem(`say which roles to run: --roles=${ROLE_NAMES.join(',')} (or some of them)`);
  if (missing('DATABASE_URL')) read.problem('DATABASE_URL must be set for a worker process; everything in one process is `npm start`');
  if (missing('UPSTASH_REDIS_REST_URL'))
    read.problem('UPSTASH_REDIS_REST_URL must be set for a worker process: views in memory cannot be shared with gateways');
  if (config.roles.includes('origin') && missing('ORIGIN_TOKEN')) read.problem('ORIGIN_TOKEN must be set for the role origin');
  read.finish();
  return config;
}

/** Each once, in the order given. */
function namesIn(read: Reader, argument: string | undefined, variable: 'WORKER_ROLES' | 'WORKER_LANES'): readonly string[] {
  const names = argument === undefined ? read.list(variable) : argument.split(',').map((name) => name.trim());
  return [...new Set(names.filter(Boolean))];
}

function readLanes(read: Reader, argument: string | undefined): readonly Lane[] {
  const names = namesIn(read, argument, 'WORKER_LANES');
  for (const name of names) if (!isLane(name)) read.problem(`there is no lane ${JSON.stringify(name)}; the lanes are ${LANES.join(', ')}`);
  return names.length === 0 ? LANES : names.filter(isLane);
}

const isLane = (name: string): name is Lane => LANES.some((lane) => lane === name);

function readWorkers(read: Reader, { roles, lanes }: WorkerArguments): WorkersConfig {
  const names = namesIn(read, roles, 'WORKER_ROLES');
  for (const name of names) if (!isRoleName(name)) read.problem(`there is no worker role ${JSON.stringify(name)}; the roles are ${ROLE_NAMES.join(', ')}`);
  return {
    databaseUrl: read.url('DATABASE_URL'),
    kafkaBrokers: kafkaBrokers(read),
    redis: redisAddress(read),
    ai: readAi(read),
    originToken: originToken(read),
    logRetentionMs: read.integer('LOG_RETENTION_HOURS', 1, 8_760) * HOUR_MS,
    host: read.text('HOST'),
    port: read.integer('WORKER_PORT', 0, 65_535),
    roles: names.filter(isRoleName),
    lanes: readLanes(read, lanes),
    logLevel: read.oneOf('LOG_LEVEL', LOG_LEVELS),
  };
}

function readAi(read: Reader): AiConfig | undefined {
  const apiKey = read.optional('ANTHROPIC_API_KEY');
  if (!apiKey) return undefined;
  return {
    apiKey,
    baseUrl: read.url('ANTHROPIC_BASE_URL') ?? '',
    model: read.text('ANTHROPIC_MODEL'),
    timeoutMs: read.integer('AI_TIMEOUT_MS', 10, 600_000),
    retryAfterMs: read.integer('AI_RETRY_AFTER_MS', 10, 3_600_000),
  };
}
