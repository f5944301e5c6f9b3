/**
 * The only place of a gateway process that creates clients: the ports of the scaled size, where gateways and workers are processes of their own.
 * Everything in one process is composed by scripts/start.ts.
 */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { createHttpPurgeHook } from '../platform/cdn/http-purge-hook.ts';
import type { PurgeHook } from '../platform/cdn/purge-hook.ts';
import { systemClock } from '../platform/clock.ts';
import { readEnvironment } from '../platform/config/variables.ts';
import { createLateLog } from '../platform/log/late-log.ts';
import type { Log } from '../platform/log/log.ts';
import { createHttpInsights } from '../platform/origin/http-insights.ts';
import { createHttpOrigin } from '../platform/origin/http-origin.ts';
import { connectRedisViews } from '../platform/redis-views.ts';
import type { Logger } from '../platform/telemetry/logger.ts';
import type { GatewayPorts } from '../resolvers/ports.ts';
import type { GatewayConfig } from './config.ts';
import { tokenSecretOf } from './token-secret.ts';

export interface ComposedGateway {
  readonly ports: GatewayPorts;
  /** Undefined where no CDN is configured. */
  readonly purgeHook: PurgeHook | undefined;
  /** Ends the clients; after the gateway was stopped. */
  close(): Promise<void>;
}

/** Connects to nothing yet. Throws a ConfigError that names every address that is missing. */
export async function composeGateway(config: GatewayConfig, logger: Logger): Promise<ComposedGateway> {
  const { redis, origin } = requireAddresses(config);
  const log = composeLog(config, logger);
  const views = connectRedisViews(redis, logger);
  const tokenSecret = await tokenSecretOf(origin.token);
  return {
    ports: {
      log,
      readModels: views.readModels,
      viewLeases: views.viewLeases,
      answers: views.answers,
      liveBus: views.liveBus,
      origin: createHttpOrigin(origin),
      insights: createHttpInsights(origin),
      clock: systemClock,
      logger,
      tokenSecret,
    },
    purgeHook: config.cdn && createHttpPurgeHook(config.cdn),
    async close() {
      await Promise.all([log.close(), views.close()]);
    },
  };
}

function requireAddresses({ redis, origin, kafkaBrokers, databaseUrl }: GatewayConfig) {
  const read = readEnvironment({});
  if (!redis) read.problem('UPSTASH_REDIS_REST_URL must be set for a gateway process: views in memory cannot be shared with workers');
  if (!origin) read.problem("ORIGIN_URL and ORIGIN_TOKEN must be set for a gateway process: the workers' role origin answers there");
  if (kafkaBrokers.length === 0 && !databaseUrl) {
    read.problem('KAFKA_BROKERS or DATABASE_URL must be set for a gateway process; everything in one process is `npm start`');
  }
  read.finish();
  if (!redis || !origin) throw new Error('an address that was missing was not reported');
  return { redis, origin };
}

/** Their clients are loaded when they are needed, or a moment after the start: a query needs none of them. */
function composeLog({ kafkaBrokers, databaseUrl = '' }: GatewayConfig, logger: Logger): Log {
  const instance = `gateway-${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;
  if (kafkaBrokers.length > 0) {
    return createLateLog(async () => {
      const { createKafkaLog } = await import('../platform/log/kafka-log.ts');
      return createKafkaLog({ brokers: kafkaBrokers, clientId: instance, logger });
    });
  }
  return createLateLog(async () => {
    const [{ connect }, { createTableLog }] = await Promise.all([import('../platform/event-store/connect.ts'), import('../platform/log/table-log.ts')]);
    const sql = connect(databaseUrl, { applicationName: instance });
    const log = createTableLog({ sql, notify: true, instance });
    return {
      ...log,
      async close() {
        await log.close();
        await sql.end({ timeout: 5 });
      },
    };
  });
}
