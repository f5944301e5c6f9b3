/** Which layer answered each part of one request, for those who look into why it is slow or old. Most requests have none. */
import type { ViewKind } from '../platform/read-models/read-models.ts';

export interface ExplainedPart {
  readonly kind: ViewKind | 'timeline' | 'scores';
  /** Of a view, or of the lead that entries are about. */
  readonly id?: string | undefined;
  /** Of a list: its order and what narrows it. */
  readonly list?: string | undefined;
  /** STALE: out of memory, because nothing better could be read. */
  readonly layer: 'L1' | 'L2' | 'L3' | 'STALE';
  /** Of a view; absent where there is none. */
  readonly version?: number | undefined;
  readonly ms: number;
}

export interface Explanation {
  note(part: ExplainedPart): void;
  readonly parts: readonly ExplainedPart[];
}

export function createExplanation(): Explanation {
  const parts: ExplainedPart[] = [];
  return { parts, note: (part) => void parts.push({ ...part, ms: Math.round(part.ms * 1_000) / 1_000 }) };
}
