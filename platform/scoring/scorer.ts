/** Where scores come from. */
import type { Lead } from '../../domain/lead/lead.ts';
import type { Insight, LeadScore } from '../../domain/scoring/score.ts';

export interface Scored {
  readonly score: LeadScore;
  readonly insight: Insight;
  /** Tokens used, where an AI was called. */
  readonly usage?: { readonly inputTokens: number; readonly outputTokens: number } | undefined;
}

export interface ScorerStatus {
  readonly name: string;
  /** NONE: no AI is configured, rules only. */
  readonly circuit: 'NONE' | 'CLOSED' | 'OPEN' | 'HALF_OPEN';
  readonly lastError?: string | undefined;
  /** When the circuit tries again. */
  readonly retryAt?: string | undefined;
  readonly calls: { readonly ai: number; readonly rules: number; readonly stale: number; readonly failed: number };
}

export interface Scorer {
  /** Scores a lead as of `now` (ISO). Never invents: what it cannot have from the AI says so (`source`, `degraded`). Rejects only where `signal` aborts. */
  score(lead: Lead, now: string, signal: AbortSignal): Promise<Scored>;
  status(): ScorerStatus;
  /** Called on each change of the circuit. */
  onCircuitChange(listener: (circuit: ScorerStatus['circuit']) => void): void;
}
