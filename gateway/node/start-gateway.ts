/** A whole gateway on Node, over ports made elsewhere: HTTP, WebSocket, metrics, page, and a clean end. */
import type { GatewayPorts } from '../../resolvers/ports.ts';
import type { TokenVerifier } from '../../platform/auth/token-verifier.ts';
import { createGatewayShared, createRequestContext } from '../../resolvers/request-context.ts';
import { servedVersionsOf } from '../../resolvers/loaders/served-versions.ts';
import type { GatewayShared } from '../../resolvers/context.ts';
import { within } from '../../resolvers/within.ts';
import { schema } from '../../schema/schema.ts';
import { isViewType } from '../../schema/view-type.ts';
import { createApp } from '../app.ts';
import { useResponseCache } from '../plugins/response-cache.ts';
import { createResponseCache, type ResponseCache } from '../response-cache/response-cache.ts';
import type { DevTokens } from '../dev-token.ts';
import { createHealth } from '../health.ts';
import type { Assets, RouteHandlers } from '../routes.ts';
import { createGraphiqlPage } from './graphiql-page.ts';
import { createNodeMetrics } from './metrics.ts';
import { serveApp } from './serve-app.ts';

export interface StartGatewayOptions {
  readonly ports: GatewayPorts;
  readonly verifier: TokenVerifier;
  /** Gives POST /dev/token its tokens; absent: there is no such path. */
  readonly devTokens?: DevTokens | undefined;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** For kept answers and for views and lists in memory, half each; 0: nothing is kept; 200 MB if not given. */
  readonly cacheBytes?: number | undefined;
  readonly assets?: Assets | undefined;
  readonly webhook?: RouteHandlers['webhook'];
  /** False where several gateways share a process and another one tells of it. */
  readonly processMetrics?: boolean | undefined;
  /** How long `stop` waits for what is in flight, 10 s if not given. */
  readonly drainMs?: number | undefined;
}

export interface RunningGateway {
  readonly url: string;
  readonly port: number;
  /** Stops taking requests, tells subscribers where to resume, ends what is in flight. The ports stay open: they are the caller's. */
  stop(): Promise<void>;
}

const CACHE_BYTES = 200 * 1024 * 1024;

export async function startGateway(options: StartGatewayOptions): Promise<RunningGateway> {
  const { ports, verifier } = options;
  const { clock, logger } = ports;
  const { cacheBytes = CACHE_BYTES } = options;
  const metrics = createNodeMetrics({ processMetrics: options.processMetrics ?? true });
  const shared = createGatewayShared(ports, {}, { nearBytesMax: cacheBytes / 2, onVisible: (lagMs) => metrics.visibleHeard(lagMs) });
  const health = createHealth({ log: () => ports.log.check(), readModels: () => ports.readModels.check(), liveBus: () => ports.liveBus.check() }, clock);
  const responseCache = cacheBytes === 0 ? undefined : responseCacheOver(ports, shared);
  const app = createApp({
    schema,
    createContext: (scope) => createRequestContext(ports, shared, scope),
    verifier,
    clock,
    logger,
    health,
    metrics,
    devTokens: options.devTokens,
    graphiqlPage: createGraphiqlPage(),
    assets: options.assets,
    webhook: options.webhook,
    caching: cacheBytes === 0 ? undefined : { changes: shared.changes, isTrusted: () => shared.feed.isTrusted(), bytesMax: cacheBytes / 2 },
    responseCache: responseCache && useResponseCache(responseCache, schema),
  });
  if (responseCache) metrics.watchCache('redis', () => responseCache.facts());
  metrics.watchCache('L1', () => ({ ...shared.near.facts(), joined: 0 }));
  // Heard from the start, so that the first question that may be kept is.
  shared.feed.isTrusted();
  const served = await serveApp({ ...options, app, metrics, clock, logger, health, endSubscriptions: () => shared.close() });
  return {
    ...served,
    async stop() {
      await served.stop();
      // Others can do without: a store that hangs holds nobody up.
      await within(shared.timing.lookupMs, responseCache?.idle() ?? Promise.resolve()).catch(() => undefined);
    },
  };
}

/** Undefined where gateways share nothing. */
function responseCacheOver(ports: GatewayPorts, { changes }: GatewayShared): ResponseCache | undefined {
  const { answers, clock, logger, readModels } = ports;
  if (answers === undefined) return undefined;
  const served = servedVersionsOf(readModels);
  const isViewTypeName = (name: string): boolean => isViewType(schema.getType(name) ?? { extensions: {} });
  return createResponseCache({ answers, changes, floorOf: (ref) => served.floorOf(ref), isViewType: isViewTypeName, clock, logger });
}
