/** What a gateway counts. The adapter for Node is gateway/node/metrics.ts; the edge has its platform's own. */
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
  /** Where a layer is not in this process's memory: questions and answers that did not get through, and characters that came and went. */
  readonly failed?: number | undefined;
  readonly readBytes?: number | undefined;
  readonly writtenBytes?: number | undefined;
}

export interface GatewayMetrics {
  request(observed: { readonly route: string; readonly method: string; readonly status: number; readonly durationMs: number }): void;
  operation(observed: {
    /** Clients choose it. */ readonly name: string | undefined;
    readonly type: string;
    readonly failed: boolean;
    readonly durationMs: number;
  }): void;
  /** A subscription began; call the answer once it ended. */
  subscriptionOpened(): () => void;
  /** This process heard of a command that became VISIBLE so long ago. */
  visibleHeard(lagMs: number): void;
  /** Counts and sizes of a cache, asked when they are rendered. */
  watchCache(layer: string, facts: () => CacheFacts): void;
  /** Everything, in the text form that Prometheus reads. */
  render(): Promise<{ readonly contentType: string; readonly body: string }>;
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
