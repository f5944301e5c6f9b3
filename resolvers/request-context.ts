/** Makes what requests work with. */
import { createReceiptNotes } from './commands/receipt-notes.ts';
import { createConsistencyTokens, type VersionAtLeast } from './consistency-token.ts';
import type { GatewayShared, Identity, RequestContext } from './context.ts';
import { badInput } from './errors.ts';
import { DEFAULT_TIMING, type GatewayPorts, type Timing } from './ports.ts';
import { createChanges } from '../platform/cache/changes.ts';
import { inOneGo } from '../platform/cache/in-one-go.ts';
import { createNearViews } from '../platform/cache/near-views.ts';
import { everyTime, onlyOnce } from './effect.ts';
import { createExplanation } from './explanation.ts';
import { createLiveFeed, type FeedOptions } from './live/live-feed.ts';
import { createUnnotedReads, type Reads } from './reads.ts';
import { createLoaders } from './loaders/loaders.ts';
import { createRefresher } from './loaders/refresher.ts';
import { within } from './within.ts';

export interface SharedOptions {
  /** For views and lists in memory (L1); 0: none are kept; 100 MB if absent. */
  readonly nearBytesMax?: number | undefined;
  /** How long after its read a view or a list stands for what cannot be read; 0: not at all; ten minutes if absent. */
  readonly staleMs?: number | undefined;
  readonly onVisible?: FeedOptions['onVisible'];
  /** FeedOptions.listens. */
  readonly listens?: boolean | undefined;
}

/** Once for a process. Nothing is read or listened to before it is needed. */
export function createGatewayShared(
  ports: GatewayPorts,
  timing: Partial<Timing> = {},
  { nearBytesMax, staleMs, onVisible, listens }: SharedOptions = {},
): GatewayShared {
  const changes = createChanges();
  const feed = createLiveFeed(ports.liveBus, ports.logger, { changes, onVisible, listens });
  const nowMs = (): number => ports.clock.now().getTime();
  const near = createNearViews({ changes, isTrusted: inOneGo(() => feed.isTrusted()), nowMs: inOneGo(nowMs), bytesMax: nearBytesMax, holdMs: staleMs });
  const refresher = createRefresher(ports.logger);
  const receipts = createReceiptNotes(ports);
  const allTiming = { ...DEFAULT_TIMING, ...timing };
  return {
    feed,
    changes,
    near,
    refresher,
    layers: new Map(),
    receipts,
    tokens: createConsistencyTokens(ports.tokenSecret),
    timing: allTiming,
    async close() {
      await feed.close();
      // Best effort, as all news of receipts are: a process that stops does not wait for read models that hang.
      await within(allTiming.lookupMs, Promise.all([receipts.close(), refresher.close()])).catch(() => undefined);
    },
  };
}

/**
 * What one request has for itself, where nothing may be under way for two (an isolate): news for as long as it wants them, and its own notes. `lasting`
 * was made with `listens: false`.
 */
export function sharedOfOneRequest(ports: GatewayPorts, lasting: GatewayShared): GatewayShared {
  const { changes } = lasting;
  return {
    ...lasting,
    feed: createLiveFeed(ports.liveBus, ports.logger, { changes, listens: false }),
    receipts: createReceiptNotes(ports, { retries: false }),
  };
}

export interface RequestFacts {
  readonly identity: Identity;
  readonly requestId: string;
  /** The header x-consistency-token: one token, or several with commas between them. */
  readonly consistencyToken?: string | undefined;
  readonly traceparent?: string | undefined;
  readonly lastEventId?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Somebody wants to know which layer each part came from. */
  readonly explains?: true | undefined;
  /** Where somebody wants to know what the answer was made of. */
  readonly reads?: Reads | undefined;
  /** The operation has one effect, and may be run twice. */
  readonly actsOnce?: boolean | undefined;
}

/** Each token costs a signature check. */
const TOKENS_MAX = 20;

/** W3C Trace Context. Anything else is dropped, as the standard asks: a command must not fail for the sake of its trace. */
const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Once for a request, or for a subscription. */
export function createRequestContext(ports: GatewayPorts, shared: GatewayShared, facts: RequestFacts): RequestContext {
  const { identity, requestId, consistencyToken, traceparent, lastEventId, signal } = facts;
  const { tenant } = identity;
  const required = consistencyToken ? versionsIn(consistencyToken, (token) => shared.tokens.verify(tenant, token)) : undefined;
  const reads = facts.reads ?? createUnnotedReads(shared.changes, tenant);
  const explanation = facts.explains === true ? createExplanation() : undefined;
  const loaders = createLoaders({ tenant, ports, shared, required, reads, explanation });
  const trace = traceparent !== undefined && TRACEPARENT.test(traceparent) ? traceparent : undefined;
  const effect = facts.actsOnce === true ? onlyOnce() : everyTime;
  return { identity, requestId, ports, shared, loaders, reads, effect, explanation, traceparent: trace, lastEventId, signal };
}

/** Rejects with ApiError (BAD_USER_INPUT) where one is no good, and where there are too many to check: none is passed over in silence. */
async function versionsIn(header: string, verify: (token: string) => Promise<VersionAtLeast>): Promise<readonly VersionAtLeast[]> {
  const tokens = header
    .split(',')
    .map((token) => token.trim())
    .filter(Boolean);
  if (tokens.length > TOKENS_MAX) {
    throw badInput(`at most ${TOKENS_MAX} consistency tokens at a time, not ${tokens.length}: of one thing the newest will do`, 'x-consistency-token');
  }
  return Promise.all(tokens.map(verify));
}
