/** The only place of the workers that creates clients: which adapter stands behind each port follows from which addresses are set. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { SharedAnswers } from '../platform/cache/shared-answers.ts';
import { systemClock } from '../platform/clock.ts';
import { createPostgresDeadLetters } from '../platform/dead-letters/postgres-dead-letters.ts';
import { connect } from '../platform/event-store/connect.ts';
import { forgetEarlierProcesses } from '../platform/event-store/sole-process.ts';
import { migrate } from '../platform/event-store/migrate.ts';
import { createPostgresEventStore } from '../platform/event-store/postgres-event-store.ts';
import { createPostgresLeases } from '../platform/event-store/postgres-leases.ts';
import { createMemoryLiveBus } from '../platform/live-bus/memory-live-bus.ts';
import { createKafkaLog } from '../platform/log/kafka-log.ts';
import { createTableLog } from '../platform/log/table-log.ts';
import { ALL_TOPICS } from '../platform/log/topics.ts';
import { createMemoryReadModels } from '../platform/read-models/memory-read-models.ts';
import type { ViewLeases } from '../platform/read-models/view-leases.ts';
import { connectRedisViews, type RedisViews } from '../platform/redis-views.ts';
import { createAiScorer } from '../platform/scoring/ai-scorer.ts';
import { createRulesScorer } from '../platform/scoring/rules-scorer.ts';
import type { Logger } from '../platform/telemetry/logger.ts';
import type { WorkersConfig } from './config.ts';
import type { WorkerPorts } from './kit/role.ts';

/** How long the partitions of a worker that was killed wait for another one. Renewed every second or so. */
const TABLE_LOG_LEASE_MS = 10_000;
/**
 * Alone in its database nobody waits for it, and on a busy laptop seconds can pass between two signs of life. Nor does anybody else append there: what this
 * process appends it knows, and asking ten times a second takes some hundredths of a core.
 */
const EMBEDDED_LOG = { leaseMs: 60_000, pollMs: 1_000 } as const;

export interface ComposedWorkers {
  readonly ports: WorkerPorts;
  /** For gateways in this process; absent where nobody else shares the views. */
  readonly viewLeases?: ViewLeases | undefined;
  /** True where views live in this process only and were empty at the start. */
  readonly viewsInMemory: boolean;
  /** For gateways in this process; absent where views are in its memory. */
  readonly answers: SharedAnswers | undefined;
  close(): Promise<void>;
}

function composeViews(config: WorkersConfig, logger: Logger): Pick<RedisViews, 'readModels' | 'liveBus' | 'close'> & Partial<RedisViews> {
  if (config.redis) return connectRedisViews(config.redis, logger);
  const [readModels, liveBus] = [createMemoryReadModels(), createMemoryLiveBus()];
  return { readModels, liveBus, close: async () => void (await Promise.all([readModels.close(), liveBus.close()])) };
}

/**
 * Connects, migrates and makes the topics. `database` is where the write model is; `embedded` says that it is PGlite,
 * which has no NOTIFY. Throws where something cannot be reached.
 */
export async function composeWorkers(
  config: WorkersConfig,
  database: { readonly url: string; readonly embedded: boolean },
  logger: Logger,
): Promise<ComposedWorkers> {
  const instance = `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;
  const notify = !database.embedded;
  const sql = connect(database.url, { embedded: database.embedded });
  try {
    await migrate(sql);
    if (database.embedded) await forgetEarlierProcesses(sql);
    const log =
      config.kafkaBrokers.length > 0
        ? createKafkaLog({ brokers: [...config.kafkaBrokers], clientId: instance, logger })
        : createTableLog({ sql, notify, instance, ...(database.embedded ? EMBEDDED_LOG : { leaseMs: TABLE_LOG_LEASE_MS }) });
    const eventStore = createPostgresEventStore({ sql, notify });
    const views = composeViews(config, logger);
    const { readModels, viewLeases, liveBus, generations } = views;
    const scorer = config.ai ? createAiScorer({ ...config.ai, clock: systemClock, logger }) : createRulesScorer();
    await log.ensureTopics(ALL_TOPICS);
    return {
      ports: {
        log,
        eventStore,
        leases: createPostgresLeases({ sql }),
        deadLetters: createPostgresDeadLetters({ sql }),
        readModels,
        liveBus,
        generations,
        scorer,
        clock: systemClock,
        logger,
        instance,
      },
      viewLeases,
      viewsInMemory: config.redis === undefined,
      answers: views.answers,
      async close() {
        await Promise.all([log.close(), eventStore.close(), views.close()]);
        await sql.end({ timeout: 5 });
      },
    };
  } catch (error) {
    await sql.end({ timeout: 5 });
    throw error;
  }
}
