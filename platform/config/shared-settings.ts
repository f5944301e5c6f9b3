/** What gateways and workers read from the environment alike. */
import type { readEnvironment } from './variables.ts';

export type Reader = ReturnType<typeof readEnvironment>;

export const LOG_LEVELS = ['info', 'trace', 'debug', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const SECRET_CHARACTERS_MIN = 16;

export interface RedisAddress {
  readonly url: string;
  readonly token: string;
}

/** Undefined where no Redis is configured. */
export function redisAddress(read: Reader): RedisAddress | undefined {
  const url = read.url('UPSTASH_REDIS_REST_URL');
  const token = read.text('UPSTASH_REDIS_REST_TOKEN');
  if (url === undefined) return undefined;
  if (!token) read.problem('UPSTASH_REDIS_REST_TOKEN must be set together with UPSTASH_REDIS_REST_URL');
  return { url, token };
}

/** `host:port` of each. Empty: the log is a table in the database. */
export function kafkaBrokers(read: Reader): readonly string[] {
  const list = read.list('KAFKA_BROKERS');
  for (const broker of list) {
    if (!/^\S+:\d{1,5}$/.test(broker)) read.problem(`KAFKA_BROKERS must be host:port,host:port, not ${JSON.stringify(broker)}`);
  }
  return list;
}

/** Undefined where none is set. */
export function originToken(read: Reader): string | undefined {
  const token = read.optional('ORIGIN_TOKEN');
  if (token !== undefined && token.length < SECRET_CHARACTERS_MIN) read.problem(`ORIGIN_TOKEN must have ${SECRET_CHARACTERS_MIN} characters or more`);
  return token;
}
