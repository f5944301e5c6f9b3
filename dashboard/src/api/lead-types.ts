/** Answers about leads, as the documents in schema/operations ask for them. */
export const TIERS = ['HOT', 'WARM', 'COLD'] as const;
export type Tier = (typeof TIERS)[number];
export const STAGES = ['NEW', 'CONTACTED', 'ENGAGED', 'QUALIFIED', 'APPOINTMENT', 'OFFER', 'UNDER_CONTRACT', 'WON', 'LOST', 'DORMANT'] as const;
export type Stage = (typeof STAGES)[number];
export const SOURCES = [
  'WEBSITE_FORM',
  'PORTAL',
  'REFERRAL',
  'PAST_CLIENT',
  'ORGANIC_SEARCH',
  'PAID_ADS',
  'SOCIAL',
  'OPEN_HOUSE',
  'COLD_CALL',
  'PURCHASED',
  'OTHER',
] as const;
export type Source = (typeof SOURCES)[number];
export const INTENTS = ['BUYER', 'SELLER', 'BOTH'] as const;
export type Intent = (typeof INTENTS)[number];
export const FINANCINGS = ['UNKNOWN', 'NOT_STARTED', 'PRE_QUALIFIED', 'PRE_APPROVED', 'CASH'] as const;
export type Financing = (typeof FINANCINGS)[number];
export const TIMELINES = ['UNKNOWN', 'IMMEDIATE', 'SOON', 'EXPLORING'] as const;
export type Timeline = (typeof TIMELINES)[number];
export type ScoreSource = 'AI' | 'RULES' | 'STALE';

export interface Factor {
  readonly name: string;
  /** Against neutral, in score points. */
  readonly contribution: number;
  readonly explanation: string;
}
export interface Score {
  readonly value: number;
  readonly confidence: number;
  readonly tier: Tier;
  readonly source: ScoreSource;
  readonly degraded: boolean;
  readonly scoredAt: string;
  readonly factors: readonly Factor[];
}

/** What a row of the scoreboard shows. */
export interface LeadCard {
  readonly id: string;
  readonly version: number;
  readonly name: string;
  readonly tier: Tier | null;
  readonly stage: Stage;
  readonly source: Source;
  readonly score: Score | null;
  readonly previousScore: number | null;
  readonly agent: { readonly id: string; readonly name: string } | null;
  readonly tags: readonly string[];
  readonly engagement: { readonly lastActivityAt: string | null };
  readonly responseDueAt: string | null;
  readonly overdue: boolean;
  readonly madeUp: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface PageInfo {
  readonly hasNextPage: boolean;
  readonly endCursor: string | null;
}
export interface Connection<Node> {
  readonly edges: readonly { readonly cursor: string; readonly node: Node }[];
  readonly pageInfo: PageInfo;
}
