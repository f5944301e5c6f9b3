/** Faults of the services and of the way to them. */
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { PROXY_NAMES, signalAll, startAgain, type ProxyName, type ServiceName } from '../system/cluster.ts';
import type { FaultKind } from './fault.ts';

const DOWN_MS = { min: 300, max: 3_000 };
const PAUSE_MS = { min: 1_000, max: 5_000 };
const BLACK_MS = { min: 1_000, max: 8_000 };
const SLOW_MS = { min: 3_000, max: 10_000 };
const SLOW_BY_MS = { min: 20, max: 200 };

/** Redis keeps nothing: it comes back empty. */
const killService: FaultKind = {
  kind: 'kill-service',
  weight: 4,
  targets: () => ['postgres', 'kafka', 'redis', 'bridge'],
  async run({ cluster, random, scale }, target) {
    const service = cluster.services[target as ServiceName];
    await service.kill('SIGKILL');
    await delay(random.between(DOWN_MS.min, DOWN_MS.max) * scale);
    await startAgain(service);
  },
};

const pauseService: FaultKind = {
  kind: 'pause-service',
  weight: 2,
  targets: () => ['postgres', 'redis'],
  async run({ cluster, random, scale }, target) {
    const service = cluster.services[target as ServiceName];
    signalAll(service, 'SIGSTOP');
    await delay(random.between(PAUSE_MS.min, PAUSE_MS.max) * scale);
    signalAll(service, 'SIGCONT');
  },
};

const flushRedis: FaultKind = {
  kind: 'flush-redis',
  weight: 1,
  targets: () => ['redis'],
  async run({ cluster }) {
    const redis = new Redis(cluster.direct.redisUrl, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
    redis.on('error', () => undefined);
    try {
      await redis.connect();
      await redis.flushall();
    } finally {
      redis.disconnect();
    }
  },
};

/** `way-<service>`: the service itself may have another fault meanwhile. */
const ways = (): string[] => PROXY_NAMES.map((name) => `way-${name}`);
const proxyOf = (target: string): ProxyName => target.slice('way-'.length) as ProxyName;

const resetConnections: FaultKind = {
  kind: 'reset-connections',
  weight: 3,
  targets: ways,
  async run({ cluster, random, scale }, target) {
    const times = random.between(1, 5);
    for (let turn = 0; turn < times; turn += 1) {
      cluster.proxies[proxyOf(target)].reset();
      await delay(random.between(50, 1_000) * scale);
    }
  },
};

const blackHole: FaultKind = {
  kind: 'black-hole',
  weight: 2,
  targets: ways,
  async run({ cluster, random, scale }, target) {
    const proxy = cluster.proxies[proxyOf(target)];
    proxy.blackHole();
    await delay(random.between(BLACK_MS.min, BLACK_MS.max) * scale);
    proxy.heal();
  },
};

const slowWay: FaultKind = {
  kind: 'slow-way',
  weight: 1,
  targets: ways,
  async run({ cluster, random, scale }, target) {
    const proxy = cluster.proxies[proxyOf(target)];
    proxy.slow(random.between(SLOW_BY_MS.min, SLOW_BY_MS.max));
    await delay(random.between(SLOW_MS.min, SLOW_MS.max) * scale);
    proxy.heal();
  },
};

export const SERVICE_FAULTS: readonly FaultKind[] = [killService, pauseService, flushRedis, resetConnections, blackHole, slowWay];
