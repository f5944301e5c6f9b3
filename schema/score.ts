/** Scores, what they are made of, and the analysis behind them. */
import type { Insight, LeadScore, ScoreFactor } from '../domain/scoring/score.ts';
import type { ScoreHistoryEntry } from '../domain/views/score-history.ts';
import { builder } from './builder.ts';
import { ScoreSourceEnum, TierEnum } from './enums.ts';

const ScoreFactorType = builder.objectRef<ScoreFactor>('ScoreFactor').implement({
  description: 'One reason in numbers.',
  fields: (t) => ({
    name: t.exposeString('name'),
    contribution: t.exposeFloat('contribution', { description: 'Against neutral, in score points: -100 to 100.' }),
    explanation: t.exposeString('explanation'),
  }),
});

export const ScoreType = builder.objectRef<LeadScore>('Score').implement({
  description: 'How likely the lead is to buy or sell, with where that came from.',
  fields: (t) => ({
    value: t.exposeFloat('value', { description: '0 to 100.' }),
    confidence: t.exposeFloat('confidence', { description: '0 to 1.' }),
    tier: t.expose('tier', { type: TierEnum }),
    source: t.expose('source', { type: ScoreSourceEnum }),
    factors: t.field({ type: [ScoreFactorType], resolve: (score) => score.factors }),
    reasons: t.stringList({ resolve: (score) => score.reasons }),
    modelVersion: t.exposeString('modelVersion'),
    scoredAt: t.expose('scoredAt', { type: 'DateTime' }),
    degraded: t.exposeBoolean('degraded', { description: 'True where the AI was wanted and could not be had.' }),
  }),
});

export const ScorePointType = builder.objectRef<ScoreHistoryEntry>('ScorePoint').implement({
  description: 'A score that the lead once had.',
  fields: (t) => ({
    version: t.exposeInt('version', { description: "The lead's version with this score." }),
    value: t.exposeFloat('value'),
    confidence: t.exposeFloat('confidence'),
    tier: t.expose('tier', { type: TierEnum }),
    source: t.expose('source', { type: ScoreSourceEnum }),
    previous: t.exposeFloat('previous', { nullable: true, description: 'Null for the first.' }),
    tierChanged: t.exposeBoolean('tierChanged'),
    modelVersion: t.exposeString('modelVersion'),
    at: t.expose('at', { type: 'DateTime' }),
  }),
});

export const InsightType = builder.objectRef<Insight>('Insight').implement({
  description: 'The analysis behind the score. From RULES it holds only what the rules know.',
  fields: (t) => ({
    source: t.expose('source', { type: ScoreSourceEnum }),
    degraded: t.exposeBoolean('degraded', { description: 'True where the AI was wanted and could not be had.' }),
    summary: t.exposeString('summary'),
    risks: t.stringList({ resolve: (insight) => insight.risks }),
    opportunities: t.stringList({ resolve: (insight) => insight.opportunities }),
    nextBestAction: t.exposeString('nextBestAction', { nullable: true }),
    expectedTimeline: t.exposeString('expectedTimeline', { nullable: true }),
    at: t.expose('at', { type: 'DateTime' }),
  }),
});
