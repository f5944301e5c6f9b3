/** What a resolver may use: who asks, the ports, and the loaders of this request. */
import type { Role } from '../domain/agent/agent.ts';
import type { TenantId } from '../domain/ids.ts';
import type { ConsistencyTokens } from './consistency-token.ts';
import type { ReceiptNotes } from './commands/receipt-notes.ts';
import type { Effect } from './effect.ts';
import type { Explanation } from './explanation.ts';
import type { Layers } from './layers.ts';
import type { LiveFeed } from './live/live-feed.ts';
import type { Loaders } from './loaders/loaders.ts';
import type { Refresher } from './loaders/refresher.ts';
import type { GatewayPorts, Timing } from './ports.ts';
import type { Reads } from './reads.ts';
import type { Changes } from '../platform/cache/changes.ts';
import type { NearViews } from '../platform/cache/near-views.ts';

/** Who asks, from a verified token. */
export interface Identity {
  readonly tenant: TenantId;
  readonly subject: string;
  readonly roles: readonly Role[];
  readonly expiresAtMs: number;
}

/** What all requests of a process share. */
export interface GatewayShared {
  readonly feed: LiveFeed;
  /** What caches of this process go by. */
  readonly changes: Changes;
  readonly near: NearViews;
  readonly refresher: Refresher;
  /** For who composes the process to fill. */
  readonly layers: Layers;
  readonly receipts: ReceiptNotes;
  readonly tokens: ConsistencyTokens;
  readonly timing: Timing;
  /** Ends every subscription with the cursor to resume from, stops listening, and lets what is read behind the answers end. */
  close(): Promise<void>;
}

/** One request, or one subscription for as long as it lasts. */
export interface RequestContext {
  readonly identity: Identity;
  readonly requestId: string;
  readonly ports: GatewayPorts;
  readonly shared: GatewayShared;
  readonly loaders: Loaders;
  /** Every resolver that reads says what, but for the loaders, which do it themselves. */
  readonly reads: Reads;
  /** Resolvers of mutations act within it. */
  readonly effect: Effect;
  /** There where somebody asked which layer each part came from. */
  readonly explanation?: Explanation | undefined;
  /** W3C trace context of the request, for the commands that it sends. */
  readonly traceparent?: string | undefined;
  /** Aborts where the caller goes away before it is answered; absent where that cannot be known. */
  readonly signal?: AbortSignal | undefined;
  /** Where a subscription resumes, whatever its `after` says: a client that reconnects by itself repeats its first request. */
  readonly lastEventId?: string | undefined;
}
