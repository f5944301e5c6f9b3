/** What a score is. */
export const TIERS = ['HOT', 'WARM', 'COLD'] as const;
export type Tier = (typeof TIERS)[number];
/** AI: Claude. RULES: the rule scorer. STALE: an earlier AI score, younger than a day, served again. */
export const SCORE_SOURCES = ['AI', 'RULES', 'STALE'] as const;
export type ScoreSource = (typeof SCORE_SOURCES)[number];

/** One reason in numbers: the signed contribution against neutral, in score points (-100 to 100), with a sentence that a person understands. */
export interface ScoreFactor {
  readonly name: string;
  readonly contribution: number;
  readonly explanation: string;
}

export interface LeadScore {
  /** 0 to 100, two decimals. */
  readonly value: number;
  /** 0 to 1. */
  readonly confidence: number;
  readonly tier: Tier;
  readonly source: ScoreSource;
  readonly factors: readonly ScoreFactor[];
  readonly reasons: readonly string[];
  readonly modelVersion: string;
  /** When it was computed (for STALE: when the AI computed it). */
  readonly scoredAt: string;
  /** True where the AI was wanted and could not be had: the lead is to be scored again once it can. */
  readonly degraded: boolean;
}

/** The analysis behind a score. From RULES it holds only what the rules know. */
export interface Insight {
  readonly source: ScoreSource;
  readonly degraded: boolean;
  readonly summary: string;
  readonly risks: readonly string[];
  readonly opportunities: readonly string[];
  readonly nextBestAction?: string | undefined;
  readonly expectedTimeline?: string | undefined;
  readonly at: string;
}
