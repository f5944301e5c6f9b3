/** Makes what requests work with. */
import { createConsistencyTokens } from './consistency-token.ts';
import { DEFAULT_TIMING, type GatewayPorts, type GatewayShared, type Identity, type RequestContext, type Timing } from './context.ts';
import { createLiveFeed } from './live/live-feed.ts';
import { createLoaders } from './loaders/loaders.ts';

/** Once for a process. Nothing is read or listened to before it is needed. */
export function createGatewayShared(ports: GatewayPorts, timing: Partial<Timing> = {}): GatewayShared {
  const feed = createLiveFeed(ports.liveBus, ports.logger);
  return {
    feed,
    tokens: createConsistencyTokens(ports.tokenSecret),
    timing: { ...DEFAULT_TIMING, ...timing },
    close: () => feed.close(),
  };
}

export interface RequestFacts {
  readonly identity: Identity;
  readonly requestId: string;
  /** The header x-consistency-token: one token, or several with commas between them. */
  readonly consistencyToken?: string | undefined;
  readonly traceparent?: string | undefined;
}

/** A header with more is a mistake; each token costs a signature check. */
const TOKENS_MAX = 20;

/** Once for a request, or for a subscription. */
export function createRequestContext(ports: GatewayPorts, shared: GatewayShared, facts: RequestFacts): RequestContext {
  const { identity, requestId, consistencyToken, traceparent } = facts;
  const { tenant } = identity;
  const tokens = (consistencyToken ?? '').split(',').map((token) => token.trim());
  const required = consistencyToken
    ? Promise.all(
        tokens
          .filter(Boolean)
          .slice(0, TOKENS_MAX)
          .map((token) => shared.tokens.verify(tenant, token)),
      )
    : undefined;
  const loaders = createLoaders({ tenant, ports, timing: shared.timing, required });
  return { identity, requestId, ports, shared, loaders, traceparent };
}
