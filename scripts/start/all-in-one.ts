/** Everything in one process: the embedded size, or a single node on a real database. Composes gateways and workers over the same ports. */
import { join } from 'node:path';
import { createAuth } from '../../gateway/auth.ts';
import { gatewayConfig, type GatewayConfig } from '../../gateway/config.ts';
import { createStaticFiles } from '../../gateway/node/static-files.ts';
import { startGateway, type RunningGateway } from '../../gateway/node/start-gateway.ts';
import { createHttpPurgeHook } from '../../platform/cdn/http-purge-hook.ts';
import { ConfigError, readEnvironment, type Environment } from '../../platform/config/variables.ts';
import { startEmbeddedPostgres } from '../../platform/embedded-postgres/embedded-postgres.ts';
import { createStoreOrigin } from '../../platform/origin/store-origin.ts';
import { createLogger } from '../../platform/telemetry/pino-logger.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { GatewayPorts } from '../../resolvers/ports.ts';
import { createCrmWebhook } from '../../resolvers/intake/crm-webhook.ts';
import { composeWorkers, type ComposedWorkers } from '../../workers/compose.ts';
import { workersConfig, type WorkersConfig } from '../../workers/config.ts';
import { ROLE_NAMES } from '../../workers/kit/role.ts';
import { rebuildReadModels } from '../../workers/projector/rebuild.ts';
import { createInsights } from '../../workers/origin/insights.ts';
import { rolesByName } from '../../workers/roles.ts';
import { startWorkers } from '../../workers/start-workers.ts';
import { startDemo } from '../demo/demo.ts';
import { buildDashboard, DASHBOARD_DIST } from './dashboard.ts';
import { loadSecret } from './secret-file.ts';

export interface AllInOneConfig {
  readonly gateway: GatewayConfig;
  readonly workers: WorkersConfig;
  readonly gateways: number;
  readonly demo: boolean;
}

export interface AllInOne {
  readonly gateways: readonly RunningGateway[];
  /** What stands behind each part, a line each, for the start-up text. */
  readonly parts: readonly { readonly part: string; readonly adapter: string; readonly embedded: boolean }[];
  readonly logger: Logger;
  stop(): Promise<void>;
}

const PORT_MAX = 65_535;

/** Throws a ConfigError that names every mistake. */
export function allInOneConfig(env: Environment): AllInOneConfig {
  const problems = new Set<string>();
  const gateway = orProblems(() => gatewayConfig(env), problems);
  const workers = orProblems(() => workersConfig(env), problems);
  const own = orProblems(() => ownConfig(env), problems);
  if (gateway && own && gateway.port + own.gateways - 1 > PORT_MAX) problems.add(`PORT must leave room for ${own.gateways} gateways below ${PORT_MAX + 1}`);
  if (problems.size > 0 || !gateway || !workers || !own) throw new ConfigError([...problems]);
  return { gateway, workers, ...own };
}

function ownConfig(env: Environment): Pick<AllInOneConfig, 'gateways' | 'demo'> {
  const read = readEnvironment(env);
  const config = { gateways: read.integer('GATEWAYS', 1, 16), demo: read.oneOf('DEMO', ['on', 'off']) === 'on' };
  read.finish();
  return config;
}

/** What is read, or undefined with the problems noted: gateways and workers find some of the same, which are said once. */
function orProblems<T>(read: () => T, problems: Set<string>): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems) problems.add(problem);
    return undefined;
  }
}

/** What was started, to be stopped in the opposite order; an error on the way up stops what is up already. */
class Started {
  readonly #stops: (() => Promise<void>)[] = [];
  push(stop: () => Promise<void>): void {
    this.#stops.push(stop);
  }
  async stop(): Promise<void> {
    for (let stop = this.#stops.pop(); stop; stop = this.#stops.pop()) await stop();
  }
}

async function openDatabase(config: AllInOneConfig, started: Started): Promise<{ url: string; embedded: boolean }> {
  if (config.workers.databaseUrl) return { url: config.workers.databaseUrl, embedded: false };
  const database = await startEmbeddedPostgres({ dataDir: config.gateway.dataDir });
  started.push(() => database.stop());
  return { url: database.url, embedded: true };
}

function partsOf({ workers }: AllInOneConfig): AllInOne['parts'] {
  return [
    workers.databaseUrl ? { part: 'write model', adapter: 'PostgreSQL', embedded: false } : { part: 'write model', adapter: 'PGlite', embedded: true },
    workers.kafkaBrokers.length > 0
      ? { part: 'log', adapter: 'Kafka', embedded: false }
      : { part: 'log', adapter: 'a table of the write model', embedded: true },
    workers.redis
      ? { part: 'read models', adapter: 'Redis over REST', embedded: false }
      : { part: 'read models', adapter: 'memory, rebuilt at start', embedded: true },
    workers.ai
      ? { part: 'scoring', adapter: `Claude (${workers.ai.model}), rules behind it`, embedded: false }
      : { part: 'scoring', adapter: 'rules', embedded: true },
  ];
}

async function startGateways(config: AllInOneConfig, composed: ComposedWorkers, logger: Logger, started: Started): Promise<RunningGateway[]> {
  const { gateway } = config;
  const { log, readModels, liveBus, clock } = composed.ports;
  const tokenSecret = await loadSecret(join(gateway.dataDir, 'token-secret'));
  const { viewLeases, answers } = composed;
  const [origin, insights] = [createStoreOrigin(composed.ports), createInsights(composed.ports)];
  const ports: GatewayPorts = { log, readModels, viewLeases, answers, liveBus, clock, logger, tokenSecret, origin, insights };
  const { verifier, devTokens } = await createAuth(gateway, clock);
  const assets = await createStaticFiles(DASHBOARD_DIST);
  const webhook = createCrmWebhook({ ports, secrets: gateway.webhookSecrets });
  const running: RunningGateway[] = [];
  for (let index = 0; index < config.gateways; index += 1) {
    const port = gateway.port === 0 ? 0 : gateway.port + index;
    const one = await startGateway({
      ports,
      verifier,
      devTokens,
      host: gateway.host,
      port,
      cacheBytes: gateway.cacheBytes,
      documents: gateway.documents,
      purgeHook: gateway.cdn && createHttpPurgeHook(gateway.cdn),
      staleMs: gateway.staleMs,
      liveLimits: gateway.subscriptions,
      assets,
      webhook,
      processMetrics: index === 0,
    });
    started.push(() => one.stop());
    running.push(one);
  }
  return running;
}

/** Resolves when requests are answered. Throws where a part cannot start, with everything stopped again. */
export async function startAllInOne(config: AllInOneConfig): Promise<AllInOne> {
  const logger = createLogger(config.workers.logLevel, 'lead-intelligence');
  const started = new Started();
  const dashboard = buildDashboard();
  // Waited for below; until then a failure must not count as unhandled.
  dashboard.catch(() => undefined);
  try {
    const database = await openDatabase(config, started);
    const composed = await composeWorkers(config.workers, database, logger);
    started.push(() => composed.close());
    if (composed.viewsInMemory) await rebuildReadModels(composed.ports.eventStore, composed.ports.readModels, logger);
    const byName = rolesByName(config.workers);
    const workers = await startWorkers(
      ROLE_NAMES.map((name) => byName[name]),
      composed.ports,
    );
    started.push(() => workers.stop());
    await dashboard;
    const gateways = await startGateways(config, composed, logger, started);
    if (config.demo && database.embedded) {
      const demo = startDemo(composed.ports);
      started.push(() => demo.stop());
    }
    return { gateways, parts: partsOf(config), logger, stop: () => started.stop() };
  } catch (error) {
    await started.stop();
    throw error;
  }
}
