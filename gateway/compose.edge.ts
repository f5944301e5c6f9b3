/**
 * The only place of a gateway in an isolate that creates clients. An isolate has no TCP and no connection that lives between requests, and what one
 * request waits for ends with it: so nothing that may be under way is shared by two requests, and nothing is kept on trust (ADR 22). What is kept is
 * what cannot be stale: documents, compiled queries, parsed views by their text, checked tokens, versions that were shown.
 */
import { createTokenVerifier, type KeySource } from '../platform/auth/verify.ts';
import { systemClock } from '../platform/clock.ts';
import { readEnvironment, type Environment } from '../platform/config/variables.ts';
import { createLateLiveBus } from '../platform/live-bus/late-live-bus.ts';
import { createHttpLog } from '../platform/log/http-log.ts';
import { createHttpInsights } from '../platform/origin/http-insights.ts';
import { createHttpOrigin } from '../platform/origin/http-origin.ts';
import { createUpstashReadModels } from '../platform/read-models/upstash-read-models.ts';
import { createRestClient } from '../platform/redis-rest-client.ts';
import { createConsoleLogger } from '../platform/telemetry/console-logger.ts';
import type { GatewayPorts } from '../resolvers/ports.ts';
import { createGatewayShared, createRequestContext, sharedOfOneRequest } from '../resolvers/request-context.ts';
import { schema } from '../schema/schema.ts';
import { createApp, type App } from './app.ts';
import { gatewayConfig, type GatewayConfig, type KeySourceConfig } from './config.ts';
import type { DocumentRules } from './documents/rules.ts';
import { createHealth, type Health } from './health.ts';
import { tokenSecretOf } from './token-secret.ts';

/** Connects to nothing yet. Throws a ConfigError that names every address that is missing. */
export async function composeEdgeGateway(env: Environment): Promise<Pick<App, 'fetch'>> {
  const config = gatewayConfig(env);
  const { redis, origin, source } = requireAddresses(config);
  const logger = createConsoleLogger(config.logLevel, 'gateway-edge');
  const { issuer, audience } = config.auth;
  const verifier = await createTokenVerifier({ ...source, issuer, audience, clock: systemClock, joins: false });
  const lasting: GatewayPorts = {
    log: createHttpLog(origin),
    readModels: createUpstashReadModels({ client: createRestClient(redis) }),
    liveBus: createLateLiveBus(async () => (await import('../platform/live-bus/upstash-live-bus.ts')).createUpstashLiveBus({ ...redis, logger })),
    origin: createHttpOrigin(origin),
    insights: createHttpInsights(origin),
    clock: systemClock,
    logger,
    tokenSecret: await tokenSecretOf(origin.token),
  };
  const shared = createGatewayShared(lasting, {}, { nearBytesMax: 0, listens: false });
  return createApp({
    schema,
    createContext(scope) {
      // Equal questions to the origin are one, among those of this request.
      const ports = { ...lasting, origin: createHttpOrigin(origin) };
      const own = sharedOfOneRequest(ports, shared);
      const context = createRequestContext(ports, own, scope);
      return scope.afterwards === undefined ? context : { ...context, shared: { ...own, receipts: behindTheAnswer(own.receipts, scope.afterwards) } };
    },
    verifier,
    clock: systemClock,
    logger,
    health: healthOf(lasting),
    documents: await documentsOf(config),
    webhook: async (request) => {
      const { createCrmWebhook } = await import('../resolvers/intake/crm-webhook.ts');
      return createCrmWebhook({ ports: lasting, secrets: config.webhookSecrets })(request);
    },
  });
}

/** The texts of our clients' documents are loaded where only those are answered, or when the first is named by its hash alone. */
async function documentsOf({ documents: answered }: GatewayConfig): Promise<DocumentRules> {
  const lateKnown = async () => (await import('../schema/persisted-documents.ts')).PERSISTED_DOCUMENTS;
  return { answered, known: answered === 'persisted' ? await lateKnown() : new Map(), lateKnown };
}

type Receipts = ReturnType<typeof sharedOfOneRequest>['receipts'];

/** The platform is told to let the notes go out, although the answer has gone. */
function behindTheAnswer(receipts: Receipts, afterwards: (work: Promise<unknown>) => void): Receipts {
  return {
    ...receipts,
    note(those) {
      const noted = receipts.note(those);
      afterwards(noted);
      return noted;
    },
  };
}

/** Asked anew each time: an isolate is always ready, and nobody probes it. */
function healthOf({ log, readModels }: GatewayPorts): Health {
  return {
    async readiness() {
      const health = createHealth({ log: () => log.check(), readModels: () => readModels.check() }, systemClock);
      health.setState('ready');
      return health.readiness();
    },
    setState: () => undefined,
  };
}

function requireAddresses({ redis, origin, auth }: GatewayConfig) {
  const read = readEnvironment({});
  const source = sourceOf(auth.keys);
  if (!redis) read.problem('UPSTASH_REDIS_REST_URL must be set at the edge: views in memory cannot be shared with workers');
  if (!origin) read.problem("ORIGIN_URL and ORIGIN_TOKEN must be set at the edge: the workers' role origin answers there, and takes commands in");
  if (!source) read.problem('JWKS_URL or JWT_PUBLIC_KEY must be set at the edge: dev tokens are for this machine only');
  read.finish();
  if (!redis || !origin || !source) throw new Error('an address that was missing was not reported');
  return { redis, origin, source };
}

function sourceOf(keys: KeySourceConfig): KeySource | null {
  if (keys.kind === 'dev') return null;
  return keys.kind === 'jwks' ? { jwksUrl: keys.url } : { publicKeyPem: keys.pem };
}
