/** The bridge's one connection for commands: everything of everybody goes through it, pipelined, in the order it came. */
import { Redis } from 'ioredis';
import type { Logger } from '../telemetry/logger.ts';
import type { Command } from './commands.ts';
import type { Outcome } from './encode.ts';
import { refuse } from './refuse.ts';
import { createScriptTranslation } from './scripts.ts';

/** Redis did not answer. Whether the commands ran is not known, so that nothing is sent twice. */
export class RedisUnavailable extends Error {
  override readonly name = 'RedisUnavailable';
}
/** The transaction was refused as a whole; nothing ran. */
export class TransactionRefused extends Error {
  override readonly name = 'TransactionRefused';
}

/** A connection that fails fast: nothing waits in a queue while Redis is away, and nothing is repeated when it is back. */
export function connectRedis(url: string, name: string): Redis {
  return new Redis(url, {
    connectionName: `lead-intelligence-bridge-${name}`,
    lazyConnect: true,
    // RESP2 shapes are what the REST protocol shows; RESP3 nests WITHSCORES and others differently.
    protocol: 2,
    stringNumbers: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 5000,
    socketTimeout: 15_000,
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 6), 1000),
  });
}

export interface RedisLink {
  /** Each command's outcome, in order; refused ones are not sent. Throws a RedisUnavailable where the connection fails. */
  run(commands: readonly Command[]): Promise<Outcome[]>;
  /** All or nothing, nothing in between. Throws a TransactionRefused or a RedisUnavailable. */
  transact(commands: readonly Command[]): Promise<Outcome[]>;
  isUp(): boolean;
  connect(): Promise<void>;
  close(): void;
}

type Replies = readonly (readonly [Error | null, unknown])[];

/** Without a pipeline's bookkeeping, which a single command would pay for. */
const sendOne = (redis: Redis, commands: readonly Command[]): Promise<Replies> =>
  Promise.all(
    commands.map(({ name, args }) =>
      redis.callBuffer(name, ...args).then(
        (result): [null, unknown] => [null, result],
        (error: unknown): [Error, null] => [error instanceof Error ? error : new Error(String(error)), null],
      ),
    ),
  );

async function sendAll(redis: Redis, commands: readonly Command[]): Promise<Replies> {
  const pipeline = redis.pipeline();
  for (const { name, args } of commands) pipeline.callBuffer(name, ...args);
  return (await pipeline.exec()) ?? [];
}

/** Commands written in one piece: on one connection that is an order nobody can get into. */
async function send(redis: Redis, commands: readonly Command[]): Promise<Replies> {
  const replies = await (commands.length === 1 ? sendOne(redis, commands) : sendAll(redis, commands));
  for (const [error] of replies) {
    if (error && error.name !== 'ReplyError') throw new RedisUnavailable(`UNAVAILABLE Redis does not answer: ${error.message}`);
  }
  return replies;
}

const outcomeOf = (error: Error | null, result: unknown): Outcome => (error ? { error: error.message } : { result });

export function createRedisLink(url: string, log: Logger): RedisLink {
  const redis = connectRedis(url, 'commands');
  const translate = createScriptTranslation();
  redis.on('error', (error: Error) => log.warn({ error: error.message }, 'the connection to Redis failed'));
  redis.on('ready', () => log.info({}, 'connected to Redis'));

  const run = async (commands: readonly Command[]): Promise<Outcome[]> => {
    const refusals = commands.map(({ name, args }) => refuse(name, args));
    const translated = commands.map(translate);
    const sent = translated.filter((_, index) => refusals[index] === undefined).map(({ command }) => command);
    const replies = (sent.length > 0 ? await send(redis, sent) : []).values();
    return translated.map(({ reply }, index) => {
      const refusal = refusals[index];
      if (refusal !== undefined) return { error: refusal };
      const [error, result] = replies.next().value ?? [null, null];
      return outcomeOf(error, reply ?? result);
    });
  };

  const transact = async (commands: readonly Command[]): Promise<Outcome[]> => {
    for (const { name, args } of commands) {
      const refusal = refuse(name, args);
      if (refusal !== undefined) throw new TransactionRefused(refusal);
    }
    const translated = commands.map(translate);
    const replies = await send(redis, [{ name: 'MULTI', args: [] }, ...translated.map(({ command }) => command), { name: 'EXEC', args: [] }]);
    const [execError, results] = replies.at(-1) ?? [null, null];
    if (execError || !Array.isArray(results)) {
      const cause = replies.slice(1, -1).find(([error]) => error)?.[0];
      throw new TransactionRefused(cause ? `EXECABORT Transaction discarded: ${cause.message}` : (execError?.message ?? 'EXECABORT Transaction discarded'));
    }
    return results.map((result: unknown, index) => (result instanceof Error ? { error: result.message } : { result: translated[index]?.reply ?? result }));
  };

  return {
    run,
    transact,
    isUp: () => redis.status === 'ready',
    connect: () => redis.connect(),
    close: () => redis.disconnect(),
  };
}
