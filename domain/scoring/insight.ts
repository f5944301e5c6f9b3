/** The analysis that the rules can give: only what they know, never a guess. */
import type { Lead, Timeline } from '../lead/lead.ts';
import { isClosed } from '../lead/stages.ts';
import type { Feature } from './features.ts';
import { responseMinutes, urgencyOf } from './response-times.ts';
import type { Insight, LeadScore, Tier } from './score.ts';
import { explain } from './sentences.ts';

/** A feature that moves the score by at least this much is worth telling. */
const WORTH_TELLING = 0.02;

const TIMELINE_WORDS: Readonly<Partial<Record<Timeline, string>>> = { IMMEDIATE: 'within 30 days', SOON: 'within 90 days' };
const NEXT_ACTIONS: Readonly<Record<Tier, string>> = {
  HOT: 'Call now and offer a tour.',
  WARM: 'Write a personal message and ask for what is not known yet.',
  COLD: 'Keep in touch by email.',
};

export function insightByRules(lead: Lead, score: LeadScore, features: readonly Feature[]): Insight {
  const { source, degraded, scoredAt: at, value, tier } = score;
  const expectedTimeline = TIMELINE_WORDS[lead.preferences.timeline];
  return {
    source,
    degraded,
    summary: `${tier} at ${value} of 100 by the rules; an answer is due within ${duration(responseMinutes(value))} (${urgencyOf(value).toLowerCase()}).`,
    risks: features.filter((feature) => feature.isMissing || feature.signed <= -WORTH_TELLING).map((feature) => explain(lead, feature)),
    opportunities: features.filter((feature) => feature.signed >= WORTH_TELLING).map((feature) => explain(lead, feature)),
    ...(isClosed(lead.stage) ? {} : { nextBestAction: NEXT_ACTIONS[tier] }),
    ...(expectedTimeline === undefined ? {} : { expectedTimeline }),
    at,
  };
}

const duration = (minutes: number): string => (minutes < 60 ? `${minutes} minutes` : minutes === 60 ? 'an hour' : `${minutes / 60} hours`);
