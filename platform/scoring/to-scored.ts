/** From a checked answer, or an earlier one, to a score with its analysis. */
import type { Lead } from '../../domain/lead/lead.ts';
import { round2 } from '../../domain/round.ts';
import { tierOf } from '../../domain/scoring/tiers.ts';
import type { Asked } from './claude/ask.ts';
import type { Scored } from './scorer.ts';

/** domain.md: an earlier AI score is served again while it is younger than a day. */
const STALE_MS_MAX = 24 * 3_600_000;

export function fromAnswer({ answer, model, usage }: Asked, now: string): Scored {
  const { factors, reasons, summary, risks, opportunities, nextBestAction, expectedTimeline } = answer;
  const value = round2(answer.score);
  return {
    score: {
      value,
      confidence: answer.confidence,
      tier: tierOf(value, answer.confidence),
      source: 'AI',
      factors,
      reasons,
      modelVersion: model,
      scoredAt: now,
      degraded: false,
    },
    insight: { source: 'AI', degraded: false, summary, risks, opportunities, nextBestAction, expectedTimeline, at: now },
    usage,
  };
}

/** The lead's earlier AI score, marked STALE, if it is young enough; null where there is none. */
export function staleScore({ score, insight }: Lead, now: string): Scored | null {
  if (score === undefined || score.source === 'RULES') return null;
  const ageMs = Date.parse(now) - Date.parse(score.scoredAt);
  if (!(ageMs < STALE_MS_MAX)) return null;
  const analysis = insight !== undefined && insight.source !== 'RULES' ? insight : undefined;
  return {
    score: { ...score, source: 'STALE', degraded: true },
    insight: {
      ...(analysis ?? { summary: 'An earlier score by the AI, which cannot be asked at the moment.', risks: [], opportunities: [], at: score.scoredAt }),
      source: 'STALE',
      degraded: true,
    },
  };
}
