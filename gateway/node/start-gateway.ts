/** A whole gateway on Node, over ports made elsewhere: HTTP, WebSocket, metrics, page, and a clean end. */
import type { GatewayPorts } from '../../resolvers/ports.ts';
import type { TokenVerifier } from '../../platform/auth/token-verifier.ts';
import { watchOrigin } from '../../platform/origin/watched-origin.ts';
import { watchReadModels } from '../../platform/read-models/watched-read-models.ts';
import { createGatewayShared, createRequestContext } from '../../resolvers/request-context.ts';
import { schema } from '../../schema/schema.ts';
import { createApp } from '../app.ts';
import type { DevTokens } from '../dev-token.ts';
import { createHealth } from '../health.ts';
import type { CacheFacts } from '../metrics.ts';
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
  /** How long after its read a view or a list stands for what cannot be read, named as old; 0: not at all; ten minutes if not given. */
  readonly staleMs?: number | undefined;
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
  const { verifier, cacheBytes = CACHE_BYTES } = options;
  const { clock, logger } = options.ports;
  const stores = { L2: watchReadModels(options.ports.readModels), L3: watchOrigin(options.ports.origin) };
  const ports: GatewayPorts = { ...options.ports, readModels: stores.L2.readModels, origin: stores.L3.origin };
  const metrics = createNodeMetrics({ processMetrics: options.processMetrics ?? true });
  const { staleMs } = options;
  const shared = createGatewayShared(ports, {}, { nearBytesMax: cacheBytes / 2, staleMs, onVisible: (lagMs) => metrics.visibleHeard(lagMs) });
  const health = createHealth({ log: () => ports.log.check(), readModels: () => ports.readModels.check(), liveBus: () => ports.liveBus.check() }, clock);
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
  });
  const near = (): CacheFacts => ({ ...shared.near.facts(), ...shared.refresher.facts(), joined: 0 });
  metrics.watchCache('L1', near);
  metrics.watchLiveBus(shared.feed);
  shared.layers.set('L0', () => ({ facts: { ...app.direct.facts() } })).set('L1', () => ({ facts: { ...near() } }));
  for (const [layer, { port }] of [['L2', stores.L2] as const, ['L3', stores.L3] as const]) {
    metrics.watchStore(layer, () => ({ facts: port.facts(), isOpen: port.circuit() !== 'CLOSED' }));
    shared.layers.set(layer, () => ({ facts: { ...port.facts() }, circuit: port.circuit() }));
  }
  // Heard from the start, so that the first question that may be kept is.
  shared.feed.isTrusted();
  return await serveApp({ ...options, app, metrics, clock, logger, health, endSubscriptions: () => shared.close() });
}
