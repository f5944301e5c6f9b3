/** A Redis server of our own, in a folder, on a loopback port. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Redis } from 'ioredis';
import { keptPort } from './ports.ts';
import { findProgram } from './programs.ts';
import { ServiceMissingError, startService, type Service } from './service.ts';

const INSTALL = 'Install Redis 7 or newer: `apt-get install redis-server` on Debian, `brew install redis` on macOS.';

/** Durable means an append-only file, synced every second; otherwise nothing is written. */
export async function startRedis(options: { folder: string; durable: boolean }): Promise<{ service: Service; url: string }> {
  const program = findServer();
  const data = resolve(options.folder, 'redis');
  mkdirSync(data, { recursive: true });
  const port = await keptPort(options.folder, 'redis');
  const settings = { bind: '127.0.0.1', port: String(port), dir: data, save: '', appendonly: options.durable ? 'yes' : 'no', daemonize: 'no' };
  const url = `redis://127.0.0.1:${port}`;
  const service = await startService({
    name: 'Redis',
    file: program,
    args: Object.entries(settings).flatMap(([key, value]) => [`--${key}`, value]),
    stopSignal: 'SIGTERM',
    logFile: join(options.folder, 'redis.log'),
    ready: () => ping(url),
    startTimeoutMs: 15_000,
  });
  return { service, url };
}

/** Valkey serves as well. */
function findServer(): string {
  try {
    return findProgram('redis-server', INSTALL);
  } catch (error) {
    if (!(error instanceof ServiceMissingError)) throw error;
    return findProgram('valkey-server', `\`redis-server\` is missing too. ${INSTALL}`);
  }
}

async function ping(url: string): Promise<void> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    await redis.ping();
  } finally {
    redis.disconnect();
  }
}
