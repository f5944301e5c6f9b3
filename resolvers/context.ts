/** What a resolver may use: who asks, the ports, and the loaders of this request. */
import type { Role } from '../domain/agent/agent.ts';
import type { TenantId } from '../domain/ids.ts';
import type { Clock } from '../platform/clock.ts';
import type { LiveBus } from '../platform/live-bus/live-bus.ts';
import type { Log } from '../platform/log/log.ts';
import type { Origin } from '../platform/origin/origin.ts';
import type { ReadModels } from '../platform/read-models/read-models.ts';
import type { Logger } from '../platform/telemetry/logger.ts';
import type { ConsistencyTokens } from './consistency-token.ts';
import type { LiveFeed } from './live/live-feed.ts';
import type { Loaders } from './loaders/loaders.ts';

/** Who asks, from a verified token. */
export interface Identity {
  readonly tenant: TenantId;
  readonly subject: string;
  readonly roles: readonly Role[];
  readonly expiresAtMs: number;
}

/** The ports of a gateway process; made once, in gateway/compose.ts. */
export interface GatewayPorts {
  readonly log: Pick<Log, 'append' | 'check'>;
  readonly readModels: ReadModels;
  readonly liveBus: LiveBus;
  readonly origin: Origin;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Signs consistency tokens; the same on every gateway. */
  readonly tokenSecret: string;
}

/** What all requests of a process share. */
export interface GatewayShared {
  readonly feed: LiveFeed;
  readonly tokens: ConsistencyTokens;
  readonly timing: Timing;
  /** Ends every subscription with the cursor to resume from, and stops listening. */
  close(): Promise<void>;
}

/** How long answers are held back at the most. */
export interface Timing {
  /** `wait: APPLIED | VISIBLE` of a mutation. */
  readonly commandWaitMs: number;
  /** Between two looks at a receipt while waiting; news on the live feed come sooner. */
  readonly receiptPollMs: number;
  /** `atLeast`: for a view to reach the version that a token asks for. */
  readonly versionWaitMs: number;
}

export const DEFAULT_TIMING: Timing = { commandWaitMs: 5_000, receiptPollMs: 250, versionWaitMs: 2_000 };

/** One request, or one subscription for as long as it lasts. */
export interface RequestContext {
  readonly identity: Identity;
  readonly requestId: string;
  readonly ports: GatewayPorts;
  readonly shared: GatewayShared;
  readonly loaders: Loaders;
  /** W3C trace context of the request, for the commands that it sends. */
  readonly traceparent?: string | undefined;
}
