/** The services of one run, in a folder of its own, with a proxy before each that the product connects through. */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { keptSecret, startBridge } from '../../../scripts/services/bridge.ts';
import { startKafka } from '../../../scripts/services/kafka.ts';
import { keptPort } from '../../../scripts/services/ports.ts';
import { startPostgres } from '../../../scripts/services/postgres.ts';
import { startRedis } from '../../../scripts/services/redis.ts';
import type { Service } from '../../../scripts/services/service.ts';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts';

export const SERVICE_NAMES = ['postgres', 'kafka', 'redis', 'bridge'] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];
export const PROXY_NAMES = ['postgres', 'kafka', 'bridge'] as const;
export type ProxyName = (typeof PROXY_NAMES)[number];

export interface Cluster {
  readonly services: Readonly<Record<ServiceName, Service>>;
  readonly proxies: Readonly<Record<ProxyName, TcpProxy>>;
  /** What every process of the product is told. */
  readonly env: Readonly<Record<string, string>>;
  /** The databases themselves, past the proxies: for who looks on. Kafka sends everybody through its proxy. */
  readonly direct: { readonly databaseUrl: string; readonly redisUrl: string; readonly brokers: string };
  readonly gatewayPorts: readonly [number, number];
  stop(): Promise<void>;
}

const RESTART_WITHIN_MS = 60_000;
const RESTART_PAUSE_MS = 200;

/** Killed servers leave locks that take a moment to go: tried until it stands. */
export async function startAgain(service: Service): Promise<void> {
  const deadlineMs = performance.now() + RESTART_WITHIN_MS;
  for (;;) {
    try {
      return await service.restart();
    } catch (error) {
      if (performance.now() > deadlineMs) throw error;
      await delay(RESTART_PAUSE_MS);
    }
  }
}

/** Stops a service or lets it go on. Postgres does its work in children, which must stop with it. */
export function signalAll(service: Service, signal: 'SIGSTOP' | 'SIGCONT'): void {
  const pid = service.pid();
  if (pid === undefined) return;
  for (const one of [pid, ...childrenOf(pid)]) {
    try {
      process.kill(one, signal);
    } catch {
      // It ended meanwhile.
    }
  }
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    // Not Linux, or gone.
    return [];
  }
}

/** Postgres and Kafka keep what they have taken through a kill; Redis comes back empty, unless it is told to keep it, too. */
export async function startCluster(folder: string, { redisKeeps = false }: { readonly redisKeeps?: boolean } = {}): Promise<Cluster> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const one of stops.splice(0).reverse()) await one();
  };
  const keep = <T extends { readonly stop: () => Promise<void> }>(started: T): T => {
    stops.push(() => started.stop());
    return started;
  };
  try {
    const kafkaProxy = keep(await startTcpProxy({ targetPort: await keptPort(folder, 'kafka') }));
    const started = await Promise.allSettled([
      startPostgres({ folder, durable: true }).then((postgres) => ({ ...postgres, service: keep(postgres.service) })),
      startKafka({ folder, durable: false, advertisedPort: kafkaProxy.port }).then((kafka) => ({ ...kafka, service: keep(kafka.service) })),
      startRedis({ folder, durable: redisKeeps }).then((redis) => ({ ...redis, service: keep(redis.service) })),
    ]);
    const [postgres, kafka, redis] = started.map((result) => {
      if (result.status === 'rejected') throw result.reason;
      return result.value;
    }) as [{ service: Service; url: string }, { service: Service }, { service: Service; url: string }];
    const bridge = await startBridge({ folder, redisUrl: redis.url });
    keep(bridge.service);
    const database = new URL(postgres.url);
    const databaseUrl = database.href;
    const proxies = {
      kafka: kafkaProxy,
      postgres: keep(await startTcpProxy({ targetPort: Number(database.port) })),
      bridge: keep(await startTcpProxy({ targetPort: Number(new URL(bridge.url).port) })),
    };
    database.port = String(proxies.postgres.port);
    const brokers = `127.0.0.1:${kafkaProxy.port}`;
    const originPort = await keptPort(folder, 'origin');
    return {
      services: { postgres: postgres.service, kafka: kafka.service, redis: redis.service, bridge: bridge.service },
      proxies,
      env: {
        DATABASE_URL: database.href,
        KAFKA_BROKERS: brokers,
        UPSTASH_REDIS_REST_URL: `http://127.0.0.1:${proxies.bridge.port}`,
        UPSTASH_REDIS_REST_TOKEN: bridge.token,
        DATA_DIR: folder,
        ORIGIN_URL: `http://127.0.0.1:${originPort}`,
        ORIGIN_TOKEN: keptSecret(folder, 'origin'),
      },
      direct: { databaseUrl, redisUrl: redis.url, brokers },
      gatewayPorts: [await keptPort(folder, 'gateway-1'), await keptPort(folder, 'gateway-2')],
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
