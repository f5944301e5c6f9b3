/**
 * What the rules look at, each from 0 to 1, with weights that add up to 1 (docs, "The domain").
 * Never here: schools, crime, age, family status, religion, ethnicity, or a stand-in for them (fair housing).
 */
import type { Engagement, Lead, LeadSource, Preferences, Timeline } from '../lead/lead.ts';

export const FEATURE_NAMES = ['budgetFit', 'timeline', 'emailEngagement', 'responseSpeed', 'messageQuality', 'matches', 'pageViews', 'source'] as const;
export type FeatureName = (typeof FEATURE_NAMES)[number];

export interface FeatureRule {
  readonly weight: number;
  /** What a feature that is missing counts as, and what a contribution is measured against. */
  readonly neutral: number;
  /** 0 to 1, or null where the lead does not tell. */
  readonly valueOf: (lead: Lead) => number | null;
}

const TIMELINE_VALUES: Readonly<Record<Timeline, number | null>> = { IMMEDIATE: 1, SOON: 0.7, EXPLORING: 0.3, UNKNOWN: null };

const UNKNOWN_SOURCE = 0.5;
const PAID = 0.6;
const SOURCE_VALUES: Readonly<Partial<Record<LeadSource, number>>> = {
  REFERRAL: 1,
  PAST_CLIENT: 1,
  ORGANIC_SEARCH: 0.9,
  PORTAL: 0.8,
  PAID_ADS: PAID,
  PURCHASED: PAID,
};

const FULL_MATCHES = 10;
const FULL_PAGE_VIEWS = 20;
const SLOWEST_REPLY_HOURS = 48;

/** Budget against the mean price of what the person looked at: the smaller through the greater. */
export function budgetFit({ preferences, engagement }: { readonly preferences: Preferences; readonly engagement: Engagement }): number | null {
  const budget = preferences.budgetMaxMinor ?? preferences.budgetMinMinor;
  if (budget === undefined) return null;
  if (engagement.viewedPriced === 0) return 0.5;
  const mean = engagement.viewedPriceSumMinor / engagement.viewedPriced;
  const greater = Math.max(budget, mean);
  return greater === 0 ? 1 : Math.min(budget, mean) / greater;
}

function emailEngagement({ engagement: { emailsSent, emailsOpened, emailsClicked } }: Lead): number | null {
  if (emailsSent === 0) return null;
  return 0.6 * Math.min(emailsOpened / emailsSent, 1) + 0.4 * Math.min(emailsClicked / emailsSent, 1);
}

function responseSpeed({ engagement: { replies, replyHoursSum } }: Lead): number | null {
  if (replies === 0) return null;
  const hours = replyHoursSum / replies;
  if (hours < 1) return 1;
  return Math.max(0, 1 - hours / SLOWEST_REPLY_HOURS);
}

const meanMessageQuality = ({ engagement: { messagesIn, messageQualitySum } }: Lead): number | null =>
  messagesIn === 0 ? null : Math.min(messageQualitySum / messagesIn, 1);

export const FEATURES: Readonly<Record<FeatureName, FeatureRule>> = {
  budgetFit: { weight: 0.25, neutral: 0.5, valueOf: budgetFit },
  timeline: { weight: 0.25, neutral: 0.5, valueOf: (lead) => TIMELINE_VALUES[lead.preferences.timeline] },
  emailEngagement: { weight: 0.15, neutral: 0, valueOf: emailEngagement },
  responseSpeed: { weight: 0.1, neutral: 0, valueOf: responseSpeed },
  messageQuality: { weight: 0.1, neutral: 0, valueOf: meanMessageQuality },
  matches: { weight: 0.08, neutral: 0, valueOf: (lead) => Math.min(lead.matches.length / FULL_MATCHES, 1) },
  pageViews: { weight: 0.05, neutral: 0, valueOf: (lead) => Math.min(lead.engagement.pageViews / FULL_PAGE_VIEWS, 1) },
  // OTHER is what a source is where nobody told it.
  source: { weight: 0.02, neutral: UNKNOWN_SOURCE, valueOf: (lead) => (lead.source === 'OTHER' ? null : (SOURCE_VALUES[lead.source] ?? UNKNOWN_SOURCE)) },
};

/** One feature of one lead. */
export interface Feature {
  readonly name: FeatureName;
  /** The value that counts: neutral where it is missing. */
  readonly value: number;
  readonly isMissing: boolean;
  /** Its part of the raw score: weight times value. */
  readonly contribution: number;
  /** The same, measured against neutral. */
  readonly signed: number;
}

export const featuresOf = (lead: Lead): readonly Feature[] =>
  FEATURE_NAMES.map((name) => {
    const { weight, neutral, valueOf } = FEATURES[name];
    const known = valueOf(lead);
    const value = known ?? neutral;
    return { name, value, isMissing: known === null, contribution: weight * value, signed: weight * (value - neutral) };
  });

/** The extra for signs that mean more together, at most .25. */
export function intentBonus(lead: Lead, valueOf: Readonly<Record<FeatureName, number>>): number {
  const { timeline } = lead.preferences;
  const isImmediate = timeline === 'IMMEDIATE';
  const sum =
    (isImmediate && valueOf.budgetFit >= 0.8 ? 0.15 : 0) +
    (isImmediate && valueOf.messageQuality >= 0.6 ? 0.1 : 0) +
    (valueOf.emailEngagement >= 0.6 && valueOf.budgetFit >= 0.7 ? 0.1 : 0) +
    (lead.matches.length >= 3 && (isImmediate || timeline === 'SOON') ? 0.05 : 0);
  return Math.min(sum, 0.25);
}
