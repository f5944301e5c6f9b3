/** A gateway process of the scaled size: `node gateway/main.node.ts`. */
import { fileURLToPath } from 'node:url';
import { startupSnapshot } from 'node:v8';
import { createLogger } from '../platform/telemetry/pino-logger.ts';
import { createCrmWebhook } from '../resolvers/intake/crm-webhook.ts';
import { createAuth } from './auth.ts';
import { composeGateway } from './compose.ts';
import { gatewayConfig, type GatewayConfig } from './config.ts';
import { leaveWith } from '../platform/process/explain.ts';
import { onStopSignal } from '../platform/process/stop-signal.ts';
import { startGateway } from './node/start-gateway.ts';
import { createStaticFiles } from './node/static-files.ts';

/** Where a snapshot was put is known when it is started. */
const dashboard = (): string => fileURLToPath(new URL('../dashboard/dist', import.meta.url));

async function main(config: GatewayConfig): Promise<void> {
  const logger = createLogger(config.logLevel, 'gateway');
  const composed = await composeGateway(config, logger);
  const { ports, purgeHook } = composed;
  const { verifier, devTokens } = await createAuth(config, ports.clock);
  if (config.auth.keys.kind === 'dev' && devTokens === undefined) {
    logger.warn({ host: config.host }, 'nobody can sign in: neither JWKS_URL nor JWT_PUBLIC_KEY is set, and dev tokens are given on a loopback address only');
  }
  const assets = await createStaticFiles(dashboard());
  const webhook = createCrmWebhook({ ports, secrets: config.webhookSecrets });
  const { host, port, cacheBytes, staleMs, documents, subscriptions: liveLimits } = config;
  const gateway = await startGateway({ ports, verifier, devTokens, host, port, cacheBytes, staleMs, documents, liveLimits, purgeHook, assets, webhook });
  logger.info({ url: gateway.url }, `ready on ${gateway.url}`);
  onStopSignal(logger, async () => {
    await gateway.stop();
    await composed.close();
  });
}

async function run(): Promise<void> {
  let config: GatewayConfig | undefined;
  try {
    config = gatewayConfig(process.env);
    await main(config);
  } catch (error) {
    leaveWith(error, config && { ...config, portVariable: 'PORT' });
  }
}

// `npm run build` keeps the process as it is here, with everything loaded and nothing begun (scripts/build/snapshot.ts).
if (startupSnapshot.isBuildingSnapshot()) startupSnapshot.setDeserializeMainFunction(() => void run());
else void run();
