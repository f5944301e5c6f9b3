/** `npm run rebuild`: builds the views anew from the events while the old ones answer, proves that both are equal, and switches in one step. */
import { randomBytes } from 'node:crypto';
import { constants, hostname, setPriority } from 'node:os';
import { parseArgs } from 'node:util';
import { systemClock } from '../platform/clock.ts';
import { ConfigError } from '../platform/config/variables.ts';
import { connect } from '../platform/event-store/connect.ts';
import { migrate } from '../platform/event-store/migrate.ts';
import { createPostgresEventStore } from '../platform/event-store/postgres-event-store.ts';
import { createPostgresLeases } from '../platform/event-store/postgres-leases.ts';
import { leaveWith } from '../platform/process/explain.ts';
import { connectRedisViews } from '../platform/redis-views.ts';
import { createLogger } from '../platform/telemetry/pino-logger.ts';
import { workersConfig, type WorkersConfig } from '../workers/config.ts';
import { rebuildGenerations } from './rebuild/rebuild-generations.ts';

const USAGE = [
  'npm run rebuild -- [--repair] [--rate=N]',
  '  --repair   switch even where the views that serve turn out to differ from the write model',
  '  --rate=N   at most N streams (leads, properties, agents) per second; without it half of the time is left to readers',
].join('\n');

interface Asked {
  readonly repair: boolean;
  readonly ratePerSecond: number | undefined;
}

/** Null where it makes no sense. */
function readArguments(): Asked | null {
  try {
    const { values } = parseArgs({ options: { repair: { type: 'boolean', default: false }, rate: { type: 'string' } } });
    const ratePerSecond = values.rate === undefined ? undefined : Number(values.rate);
    if (ratePerSecond !== undefined && !(ratePerSecond > 0)) return null;
    return { repair: values.repair, ratePerSecond };
  } catch {
    return null;
  }
}

async function run(config: WorkersConfig, asked: Asked): Promise<number> {
  if (!config.redis) {
    process.stdout.write('Views are in memory: every start of the process builds them anew from the events. There is nothing to do.\n');
    return 0;
  }
  // Beside those who read and write, on the same machine: they come first (measured: docs/benchmarks.md, rebuild).
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  if (!config.databaseUrl) throw new ConfigError(['DATABASE_URL must be set: views in Redis are built from the events there']);
  const logger = createLogger(config.logLevel, 'rebuild');
  const sql = connect(config.databaseUrl);
  const views = connectRedisViews(config.redis, logger);
  const stopping = new AbortController();
  // The second signal ends the process at once: what was done is kept either way.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort(new Error('interrupted')));
  try {
    await migrate(sql);
    const eventStore = createPostgresEventStore({ sql, notify: false });
    const instance = `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;
    const ports = {
      eventStore,
      leases: createPostgresLeases({ sql }),
      logger,
      clock: systemClock,
      instance,
      liveBus: views.liveBus,
      generations: views.generations,
    };
    return await rebuildGenerations(ports, { ...asked, signal: stopping.signal, say: (line) => process.stdout.write(`${line}\n`) });
  } finally {
    await views.close();
    await sql.end({ timeout: 5 });
  }
}

const asked = readArguments();
if (asked === null) {
  process.stderr.write(`${USAGE}\n`);
  process.exit(2);
}
let config: WorkersConfig | undefined;
try {
  config = workersConfig(process.env);
  process.exitCode = await run(config, asked);
} catch (error) {
  leaveWith(error, config && { ...config, portVariable: 'WORKER_PORT' });
}
