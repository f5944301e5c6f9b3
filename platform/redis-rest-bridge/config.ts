/** What the bridge reads from its environment. Pure. */
import { readEnvironment, type Environment } from '../config/variables.ts';

export interface BridgeConfig {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly token: string;
  readonly redisUrl: string;
  readonly logLevel: string;
}

/** Throws a ConfigError with every mistake. */
export function readBridgeConfig(env: Environment): BridgeConfig {
  const read = readEnvironment(env);
  const config = {
    host: read.text('HOST'),
    port: read.integer('BRIDGE_PORT', 0, 65_535),
    token: read.text('BRIDGE_TOKEN'),
    redisUrl: read.text('REDIS_URL'),
    logLevel: read.oneOf('LOG_LEVEL', ['trace', 'debug', 'info', 'warn', 'error', 'silent']),
  };
  if (config.token.length < 16) read.problem('BRIDGE_TOKEN must have 16 characters or more');
  if (!/^rediss?:\/\//.test(config.redisUrl)) read.problem('REDIS_URL must begin with redis:// or rediss://');
  read.finish();
  return config;
}
