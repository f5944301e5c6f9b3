/** The score by rules: the fallback that is always there, and the baseline that the AI must beat (docs, "The domain"). */
import type { Lead } from '../lead/lead.ts';
import { clamp, round2 } from '../round.ts';
import { featuresOf, intentBonus, type Feature, type FeatureName } from './features.ts';
import { insightByRules } from './insight.ts';
import type { Insight, LeadScore, ScoreFactor } from './score.ts';
import { BONUS_SENTENCE, explain } from './sentences.ts';
import { tierOf } from './tiers.ts';

export const RULES_VERSION = 'rules-1';
const REASONS_MAX = 4;

/**
 * Scores a lead as of `now` (ISO 8601). `degraded`: an AI was wanted and could not be had.
 * Answers the raw sum (0 to 1) as well, for those who compare scorers.
 */
export function scoreByRules(lead: Lead, now: string, options: { readonly degraded?: boolean } = {}): { score: LeadScore; insight: Insight; raw: number } {
  const features = featuresOf(lead);
  const bonus = intentBonus(lead, valuesOf(features));
  const raw = Math.min(1, features.reduce((sum, feature) => sum + feature.contribution, 0) + bonus);
  const value = round2(clamp(curve(raw), 0, 100));
  const confidence = round2(confidenceOf(features));
  const factors = factorsOf(lead, features, bonus);
  const score: LeadScore = {
    value,
    confidence,
    tier: tierOf(value, confidence),
    source: 'RULES',
    factors,
    reasons: reasonsOf(factors),
    modelVersion: RULES_VERSION,
    scoredAt: now,
    degraded: options.degraded === true,
  };
  return { score, insight: insightByRules(lead, score, features), raw };
}

/** Spreads the crowded low end, and leaves the upper half as it is. */
function curve(raw: number): number {
  if (raw < 0.3) return raw * 83.33;
  return raw < 0.5 ? 25 + (raw - 0.3) * 125 : raw * 100;
}

/** Grows with what is known, and shrinks where one feature alone carries the score. */
function confidenceOf(features: readonly Feature[]): number {
  const present = features.filter((feature) => !feature.isMissing).length / features.length;
  const contributions = features.map((feature) => feature.contribution);
  return clamp(0.7 * present + 0.3 * (1 - (Math.max(...contributions) - Math.min(...contributions))), 0.3, 0.95);
}

const valuesOf = (features: readonly Feature[]): Readonly<Record<FeatureName, number>> =>
  Object.fromEntries(features.map(({ name, value }) => [name, value])) as Record<FeatureName, number>;

function factorsOf(lead: Lead, features: readonly Feature[], bonus: number): readonly ScoreFactor[] {
  const factors = features.map((feature) => ({ name: feature.name, contribution: round2(feature.signed * 100), explanation: explain(lead, feature) }));
  return bonus === 0 ? factors : [...factors, { name: 'intentBonus', contribution: round2(bonus * 100), explanation: BONUS_SENTENCE }];
}

/** What moved the score most, first. */
const reasonsOf = (factors: readonly ScoreFactor[]): readonly string[] =>
  factors
    .filter(({ contribution }) => contribution !== 0)
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
    .slice(0, REASONS_MAX)
    .map(({ explanation }) => explanation);
