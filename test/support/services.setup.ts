/**
 * Real services for the suites that ask for them (vitest's globalSetup): one set for each vitest run, in a temporary folder,
 * on free ports, gone afterwards. What cannot be started here is provided as missing, with the reason.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startBridge } from '../../scripts/services/bridge.ts';
import { startKafka } from '../../scripts/services/kafka.ts';
import { startPostgres } from '../../scripts/services/postgres.ts';
import { startRedis } from '../../scripts/services/redis.ts';
import type { Service } from '../../scripts/services/service.ts';

export interface Missing {
  readonly missing: string;
}
export interface ServicesUnderTest {
  /** A superuser's address of an empty database; make databases of your own beside it. */
  readonly postgres: { readonly url: string } | Missing;
  readonly redis: { readonly url: string } | Missing;
  readonly kafka: { readonly brokers: string } | Missing;
  readonly bridge: { readonly url: string; readonly token: string } | Missing;
}

declare module 'vitest' {
  export interface ProvidedContext {
    services: ServicesUnderTest;
  }
}

interface RunningSet {
  readonly services: ServicesUnderTest;
  stop(): Promise<void>;
}

/** Several projects of one run load this file, each as a module of its own: what they share hangs on the process. */
const shared = globalThis as typeof globalThis & { servicesUnderTest?: { set: Promise<RunningSet>; users: number } };

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const use = (shared.servicesUnderTest ??= { set: startSet(), users: 0 });
  use.users += 1;
  const set = await use.set;
  project.provide('services', set.services);
  return async () => {
    use.users -= 1;
    if (use.users > 0) return;
    delete shared.servicesUnderTest;
    await set.stop();
  };
}

async function startSet(): Promise<RunningSet> {
  const folder = mkdtempSync(join(tmpdir(), 'lead-intelligence-test-'));
  // Postgres runs as another user where we are root, and has to get at its folder.
  chmodSync(folder, 0o755);
  const running: Service[] = [];
  const keep = <T extends { service: Service }>(started: T): T => {
    running.unshift(started.service);
    return started;
  };
  const missing = (error: unknown): Missing => ({ missing: error instanceof Error ? error.message : String(error) });
  const at = { folder, durable: false };
  const redis = startRedis(at).then(keep);
  const [postgresServer, redisServer, kafkaServer, bridgeServer] = await Promise.all([
    startPostgres(at)
      .then(keep)
      .then(({ url }) => ({ url }), missing),
    redis.then(({ url }) => ({ url }), missing),
    startKafka(at)
      .then(keep)
      .then(({ brokers }) => ({ brokers }), missing),
    redis
      .then(({ url }) => startBridge({ folder, redisUrl: url }))
      .then(keep)
      .then(({ url, token }) => ({ url, token }), missing),
  ]);
  return {
    services: { postgres: postgresServer, redis: redisServer, kafka: kafkaServer, bridge: bridgeServer },
    async stop() {
      await Promise.all(running.map((service) => service.stop()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
