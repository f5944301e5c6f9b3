/** A worker process: `node workers/main.ts --roles=command-handler,relay`. */
import { constants, setPriority } from 'node:os';
import { parseArgs } from 'node:util';
import { ConfigError } from '../platform/config/variables.ts';
import { createLogger } from '../platform/telemetry/pino-logger.ts';
import { composeWorkers } from './compose.ts';
import { workerProcessConfig, type WorkerArguments, type WorkersConfig } from './config.ts';
import { serveHttp } from './kit/http.ts';
import { createWorkerMetrics } from './kit/metrics.ts';
import { leaveWith } from '../platform/process/explain.ts';
import { onStopSignal } from '../platform/process/stop-signal.ts';
import { rolesByName } from './roles.ts';
import { startWorkers, type RunningWorkers } from './start-workers.ts';
import type { HttpAnswer, HttpRequest, RoleName } from './kit/role.ts';

function readConfig(): WorkersConfig {
  return workerProcessConfig(process.env, readArguments());
}

function readArguments(): WorkerArguments {
  try {
    return parseArgs({ options: { roles: { type: 'string' }, lanes: { type: 'string' } } }).values;
  } catch (error) {
    throw new ConfigError([error instanceof Error ? error.message : String(error)]);
  }
}

/** What follows from a change, in its own time. */
const BACKGROUND_ROLES: ReadonlySet<RoleName> = new Set<RoleName>(['scoring', 'matching']);

/** Where a process does nothing else, it gives way to those that somebody waits for (measured: docs/benchmarks.md, lanes). */
const isBackground = ({ roles, lanes }: WorkersConfig): boolean => lanes.every((lane) => lane === 'cold') || roles.every((role) => BACKGROUND_ROLES.has(role));

async function main(config: WorkersConfig): Promise<void> {
  if (isBackground(config)) setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  const logger = createLogger(config.logLevel, `worker:${config.roles.join(',')}`);
  const composed = await composeWorkers(config, { url: config.databaseUrl ?? '', embedded: false }, logger);
  const byName = rolesByName(config);
  const workers = await startWorkers(
    config.roles.map((name) => byName[name]),
    composed.ports,
    config.lanes,
  );
  const metrics = createWorkerMetrics(workers.roles);
  const http = await serveHttp({ host: config.host, port: config.port, logger, answer: (request) => answer(workers, () => metrics.metrics(), request) });
  logger.info({ url: http.url, roles: config.roles, lanes: config.lanes }, `ready: ${config.roles.join(', ')} on ${http.url}`);
  onStopSignal(logger, async () => {
    await http.close();
    await workers.stop();
    await composed.close();
  });
}

async function answer(workers: RunningWorkers, metrics: () => Promise<string>, request: HttpRequest): Promise<HttpAnswer> {
  const health = [...workers.roles].map(([role, running]) => ({ role, ...running.health() }));
  switch (request.path) {
    case '/healthz':
      return { status: 200, body: 'alive\n' };
    case '/readyz':
      return { status: health.every(({ ok }) => ok) ? 200 : 503, body: JSON.stringify(health), contentType: 'application/json' };
    case '/metrics':
      return { status: 200, body: await metrics(), contentType: 'text/plain; version=0.0.4' };
    default:
      return (await workers.answer(request)) ?? { status: 404, body: `nothing is at ${request.path}\n` };
  }
}

let config: WorkersConfig | undefined;
try {
  config = readConfig();
  await main(config);
} catch (error) {
  leaveWith(error, config && { ...config, portVariable: 'WORKER_PORT' });
}
