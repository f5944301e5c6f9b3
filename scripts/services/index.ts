/** The services that the scaled size stands on, as child processes: Postgres, Kafka, Redis and our REST bridge in front of it. */
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { startBridge } from './bridge.ts';
import { startKafka } from './kafka.ts';
import { startPostgres } from './postgres.ts';
import { startRedis } from './redis.ts';
import type { Service } from './service.ts';

export interface WhichServices {
  readonly postgres?: boolean;
  readonly kafka?: boolean;
  readonly redis?: boolean;
  /** Needs Redis and starts it too. */
  readonly bridge?: boolean;
}

export interface Services {
  /** What the product reads: DATABASE_URL, KAFKA_BROKERS, UPSTASH_REDIS_REST_URL, UPSTASH_REDIS_REST_TOKEN, REDIS_URL; only of what runs. */
  readonly env: Readonly<Record<string, string>>;
  readonly postgres?: Service;
  readonly kafka?: Service;
  readonly redis?: Service;
  readonly bridge?: Service;
  stop(): Promise<void>;
}

/**
 * Starts what `which` asks for, at once, and resolves when all of it answers. Data, logs and ports are kept in `folder`.
 * Where one cannot start, the others are stopped and its error is thrown (ServiceMissingError: what to install).
 */
export async function startServices(options: { folder: string; which: WhichServices; durable: boolean }): Promise<Services> {
  const folder = resolve(options.folder);
  mkdirSync(folder, { recursive: true });
  const at = { folder, durable: options.durable };
  const { which } = options;
  const started: Partial<Record<keyof WhichServices, Service>> = {};
  const env: Record<string, string> = {};

  const startAll = async (): Promise<PromiseSettledResult<void>[]> =>
    await Promise.allSettled([
      which.postgres ? startPostgres(at).then(({ service, url }) => note('postgres', service, { DATABASE_URL: url })) : Promise.resolve(),
      which.kafka ? startKafka(at).then(({ service, brokers }) => note('kafka', service, { KAFKA_BROKERS: brokers })) : Promise.resolve(),
      which.redis || which.bridge ? startRedisAndBridge() : Promise.resolve(),
    ]);
  function note(name: keyof WhichServices, service: Service, variables: Record<string, string>): void {
    started[name] = service;
    Object.assign(env, variables);
  }
  async function startRedisAndBridge(): Promise<void> {
    const redis = await startRedis(at);
    note('redis', redis.service, { REDIS_URL: redis.url });
    if (!which.bridge) return;
    const bridge = await startBridge({ folder, redisUrl: redis.url });
    note('bridge', bridge.service, { UPSTASH_REDIS_REST_URL: bridge.url, UPSTASH_REDIS_REST_TOKEN: bridge.token });
  }
  const stop = async (): Promise<void> => {
    await started.bridge?.stop();
    await Promise.all([started.postgres?.stop(), started.kafka?.stop(), started.redis?.stop()]);
  };

  const failed = (await startAll()).find((result) => result.status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }
  return { env, ...started, stop };
}
