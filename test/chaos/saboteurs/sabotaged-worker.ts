/** A worker process as the product composes it, but for one port that does not keep its word: what the checker must find out. */
import { createLogger } from '../../../platform/telemetry/pino-logger.ts';
import { onStopSignal } from '../../../platform/process/stop-signal.ts';
import { composeWorkers } from '../../../workers/compose.ts';
import { workerProcessConfig } from '../../../workers/config.ts';
import type { WorkerPorts } from '../../../workers/kit/role.ts';
import { rolesByName } from '../../../workers/roles.ts';
import { startWorkers } from '../../../workers/start-workers.ts';

const ROLES = '--roles=';

export async function runSabotaged(sabotage: (ports: WorkerPorts) => WorkerPorts): Promise<void> {
  const roles = process.argv.find((argument) => argument.startsWith(ROLES))?.slice(ROLES.length);
  const config = workerProcessConfig(process.env, { roles });
  const logger = createLogger(config.logLevel, `saboteur:${config.roles.join(',')}`);
  const composed = await composeWorkers(config, { url: config.databaseUrl ?? '', embedded: false }, logger);
  const byName = rolesByName(config);
  const workers = await startWorkers(
    config.roles.map((name) => byName[name]),
    sabotage(composed.ports),
  );
  logger.info({ roles: config.roles }, `ready: ${config.roles.join(', ')}`);
  onStopSignal(logger, async () => {
    await workers.stop();
    await composed.close();
  });
}
