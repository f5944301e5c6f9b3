import type { LeaseFacts } from '../resolvers/loaders/share-views.ts';

/** What a gateway counts. The adapter for Node is gateway/node/metrics.ts; the edge has its platform's own. */
import type { PortFacts } from '../platform/resilience/watched-port.ts';

/** Since the start, but for what is in it now. */
export interface CacheFacts {
  readonly entries: number;
  readonly bytes: number;
  readonly hits: number;
  /** Waited for somebody else's execution that was under way. */
  readonly joined: number;
  readonly missed: number;
  readonly refused: number;
  readonly dropped: number;
  readonly evicted: number;
  /** Given out although it may be old. */
  readonly stale: number;
  /** Read anew before anybody had to wait for it. */
  readonly refreshed: number;
  /** Where a layer is not in this process's memory: questions and answers that did not get through, and characters that came and went. */
  readonly failed?: number;
  readonly readBytes?: number;
  readonly writtenBytes?: number;
}

export interface GatewayMetrics {
  request(observed: { readonly route: string; readonly method: string; readonly status: number; readonly durationMs: number }): void;
  operation(observed: {
    /** Clients choose it. */ readonly name: string | undefined;
    readonly type: string;
    readonly failed: boolean;
    readonly durationMs: number;
  }): void;
  /** A query was answered with bytes that were kept, or made for somebody else. Cheap: it is the hottest path. `name` as in `operation`. */
  operationKept(name: string | undefined): void;
  /** A subscription began; call the answer once it ended. */
  subscriptionOpened(): () => void;
  /** This process heard of a command that became VISIBLE so long ago. */
  visibleHeard(lagMs: number): void;
  /** Counts and sizes of a cache, asked when they are rendered. */
  watchCache(layer: string, facts: () => CacheFacts): void;
  /** The CDN was told to forget so many tags, or could not be. */
  purged(observed: { readonly tags: number; readonly failed: boolean }): void;
  /** Tags that the CDN has still to be told of, asked when they are rendered. */
  watchPurges(waiting: () => number): void;
  /** How views that nobody had were shared with other processes, asked when it is rendered. */
  watchLeases(facts: () => LeaseFacts): void;
  /** Counts of what is asked of a store, and whether it is not asked at the moment. */
  watchStore(layer: string, state: () => { readonly facts: PortFacts; readonly isOpen: boolean }): void;
  /** Subscribers who share what they are told, asked when it is rendered. */
  watchLive(facts: () => LiveFacts): void;
  /** How far changes are heard of: LiveFeed. */
  watchLiveBus(feed: { isTrusted(): boolean; silentMs(): number }): void;
  /** Everything, in the text form that Prometheus reads. */
  render(): Promise<{ readonly contentType: string; readonly body: string }>;
}

export interface LiveFacts {
  readonly members: number;
  /** Of members with the same question and authority. */
  readonly groups: number;
  /** Results made, each once for all who are shown the same. */
  readonly made: number;
  /** Results given to members. */
  readonly delivered: number;
  /** Of members that ended, by why. */
  readonly ended: Readonly<Record<string, number>>;
}

const NAMES_MAX = 200;

/** Names that clients choose, kept to so many that the metrics stay small; the rest are 'other'. */
export function boundedNames(max: number = NAMES_MAX): (name: string | undefined) => string {
  const seen = new Set<string>();
  return (name) => {
    if (name === undefined) return 'anonymous';
    if (seen.has(name)) return name;
    if (seen.size >= max) return 'other';
    seen.add(name);
    return name;
  };
}
