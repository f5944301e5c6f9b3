/** A whole gateway on Node, over ports made elsewhere: HTTP, WebSocket, metrics, page, and a clean end. */
import type { PurgeHook } from '../../platform/cdn/purge-hook.ts';
import { digest } from '../../platform/messages/new-id.ts';
import type { GatewayPorts } from '../../resolvers/ports.ts';
import type { TokenVerifier } from '../../platform/auth/token-verifier.ts';
import { leaseFactsOf } from '../../resolvers/loaders/share-views.ts';
import { watchOrigin } from '../../platform/origin/watched-origin.ts';
import { watchReadModels } from '../../platform/read-models/watched-read-models.ts';
import { createGatewayShared, createRequestContext } from '../../resolvers/request-context.ts';
import { servedVersionsOf } from '../../resolvers/loaders/served-versions.ts';
import type { GatewayShared, RequestContext } from '../../resolvers/context.ts';
import { within } from '../../resolvers/within.ts';
import { schema } from '../../schema/schema.ts';
import { isViewType } from '../../schema/view-type.ts';
import { PERSISTED_DOCUMENTS } from '../../schema/persisted-documents.ts';
import { createApp } from '../app.ts';
import { createSharedCaches } from '../cdn/shared-caches.ts';
import { useResponseCache } from '../plugins/response-cache.ts';
import { createResponseCache, type ResponseCache } from '../response-cache/response-cache.ts';
import type { DevTokens } from '../dev-token.ts';
import type { DocumentChoice } from '../documents/rules.ts';
import { createHealth } from '../health.ts';
import { createLive, type LiveLimits } from '../live/live.ts';
import { createLiveQuestions } from '../live/live-question.ts';
import type { CacheFacts } from '../metrics.ts';
import type { OperationScope } from '../request-context.ts';
import type { Assets, RouteHandlers } from '../routes.ts';
import { createGraphiqlPage } from './graphiql-page.ts';
import { createJitExecution, useJitExecution } from './jit-execution.ts';
import { useGuestSubscriptions } from './guest-subscriptions.ts';
import { createNodeMetrics } from './metrics.ts';
import { serveApp } from './serve-app.ts';
import type { UntakenLimits } from './untaken.ts';

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
  /** `any` if not given. */
  readonly documents?: DocumentChoice | undefined;
  /** Of the CDN in front. Absent: no cache on the way may hold an answer. */
  readonly purgeHook?: PurgeHook | undefined;
  readonly assets?: Assets | undefined;
  readonly webhook?: RouteHandlers['webhook'];
  /** False where several gateways share a process and another one tells of it. */
  readonly processMetrics?: boolean | undefined;
  /** How long after its read a view or a list stands for what cannot be read, named as old; 0: not at all; ten minutes if not given. */
  readonly staleMs?: number | undefined;
  /** Of subscriptions; DEFAULT_LIVE_LIMITS if not given. */
  readonly liveLimits?: Partial<LiveLimits> | undefined;
  /** When what the system holds for a connection counts as too much. */
  readonly untakenLimits?: Partial<UntakenLimits> | undefined;
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
  // Every gateway has the ports' secret, so all name things alike; a name tells nothing of it.
  const key = await digest(`cache tags\n${ports.tokenSecret}`);
  const { changes, feed } = shared;
  const sharedCaches = options.purgeHook && createSharedCaches({ hook: options.purgeHook, epochs: changes.epochs, key, logger, metrics });
  const health = createHealth({ log: () => ports.log.check(), readModels: () => ports.readModels.check(), liveBus: () => ports.liveBus.check() }, clock);
  const responseCache = cacheBytes === 0 ? undefined : responseCacheOver(ports, shared);
  const createContext = (scope: OperationScope): RequestContext => createRequestContext(ports, shared, scope);
  const app = createApp({
    schema,
    createContext,
    verifier,
    clock,
    logger,
    health,
    metrics,
    devTokens: options.devTokens,
    graphiqlPage: createGraphiqlPage(),
    assets: options.assets,
    webhook: options.webhook,
    documents: { known: PERSISTED_DOCUMENTS, answered: options.documents ?? 'any' },
    caching: cacheBytes === 0 ? undefined : { changes, isTrusted: () => feed.isTrusted(), sharedCaches, bytesMax: cacheBytes / 2 },
    responseCache: responseCache && useResponseCache(responseCache, schema),
    execution: useJitExecution(createJitExecution({ logger })),
    subscriptions: useGuestSubscriptions(() => live),
  });
  const questionOf = createLiveQuestions({ ...app.questions, schema });
  const live = createLive({ schema, createContext, feed, questionOf, verifier, clock, logger, metrics, limits: options.liveLimits });
  metrics.watchLive(() => live.facts());
  const near = (): CacheFacts => ({ ...shared.near.facts(), ...shared.refresher.facts(), joined: 0 });
  metrics.watchCache('L1', near);
  if (responseCache) metrics.watchCache('redis', () => responseCache.facts());
  metrics.watchLiveBus(feed);
  const { viewLeases } = ports;
  if (viewLeases) metrics.watchLeases(() => leaseFactsOf(viewLeases));
  shared.layers.set('L0', () => ({ facts: { ...app.direct.facts() } })).set('L1', () => ({ facts: { ...near() } }));
  for (const [layer, { port }] of [['L2', stores.L2] as const, ['L3', stores.L3] as const]) {
    metrics.watchStore(layer, () => ({ facts: port.facts(), isOpen: port.circuit() !== 'CLOSED' }));
    shared.layers.set(layer, () => ({ facts: { ...port.facts() }, circuit: port.circuit() }));
  }
  // Heard from the start, so that the first question that may be kept is.
  feed.isTrusted();
  const served = await serveApp({ ...options, app, live, metrics, clock, logger, health, endSubscriptions: () => shared.close() });
  let stopped: Promise<void> | undefined;
  // Behind the last answer that was handed out.
  const stop = async (): Promise<void> => {
    await served.stop();
    // Others can do without: a store that hangs holds nobody up.
    await within(shared.timing.lookupMs, responseCache?.idle() ?? Promise.resolve()).catch(() => undefined);
    await sharedCaches?.stop();
  };
  return { ...served, stop: () => (stopped ??= stop()) };
}

/** Undefined where gateways share nothing. */
function responseCacheOver(ports: GatewayPorts, { changes }: GatewayShared): ResponseCache | undefined {
  const { answers, clock, logger, readModels } = ports;
  if (answers === undefined) return undefined;
  const served = servedVersionsOf(readModels);
  const isViewTypeName = (name: string): boolean => isViewType(schema.getType(name) ?? { extensions: {} });
  return createResponseCache({ answers, changes, floorOf: (ref) => served.floorOf(ref), isViewType: isViewTypeName, clock, logger });
}
