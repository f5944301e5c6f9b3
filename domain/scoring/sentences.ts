/** What the rules found, in sentences that a person understands. They say what is known, and say so where nothing is. */
import type { Lead } from '../lead/lead.ts';
import type { Feature, FeatureName } from './features.ts';
import { budgetFit } from './features.ts';

const percent = (share: number): string => `${Math.round(share * 100)} %`;
const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

const MISSING: Readonly<Record<FeatureName, string>> = {
  budgetFit: 'No budget is known.',
  timeline: 'It is not known when they want to move.',
  emailEngagement: 'No email was sent yet.',
  responseSpeed: 'They had nothing to reply to yet, or did not.',
  messageQuality: 'They have not written yet.',
  matches: 'No home matches yet.',
  pageViews: 'They viewed no pages yet.',
  source: 'It is not known where they came from.',
};

const TIMELINES = {
  IMMEDIATE: 'They want to move within 30 days.',
  SOON: 'They want to move within 90 days.',
  EXPLORING: 'They are only exploring so far.',
  UNKNOWN: MISSING.timeline,
} as const;

const SENTENCES: Readonly<Record<FeatureName, (lead: Lead, value: number) => string>> = {
  budgetFit: (lead) => budgetSentence(lead),
  timeline: (lead) => TIMELINES[lead.preferences.timeline],
  emailEngagement: ({ engagement: { emailsSent, emailsOpened, emailsClicked } }) =>
    `Of ${count(emailsSent, 'email')} they opened ${emailsOpened} and clicked in ${emailsClicked}.`,
  responseSpeed: ({ engagement: { replies, replyHoursSum } }) => `They reply within ${hours(replyHoursSum / replies)} on average.`,
  messageQuality: ({ engagement: { messagesIn } }, value) => `What they write (${count(messagesIn, 'message')}) shows ${percent(value)} of full interest.`,
  matches: ({ matches }) => (matches.length === 0 ? MISSING.matches : `${count(matches.length, 'home matches', 'homes match')} what they want.`),
  pageViews: ({ engagement: { pageViews } }) => (pageViews === 0 ? MISSING.pageViews : `They viewed ${count(pageViews, 'page')}.`),
  source: ({ source }) => `They came by ${source.toLowerCase().replaceAll('_', ' ')}.`,
};

function budgetSentence(lead: Lead): string {
  if (lead.engagement.viewedPriced === 0) return 'A budget is known, but no home that they viewed to compare it with.';
  return `Their budget and the homes they viewed agree to ${percent(budgetFit(lead) ?? 0)}.`;
}

const hours = (value: number): string => (value < 1 ? 'an hour' : count(Math.round(value), 'hour'));

export const explain = (lead: Lead, { name, value, isMissing }: Feature): string => (isMissing ? MISSING[name] : SENTENCES[name](lead, value));
export const BONUS_SENTENCE = 'Several strong signs come together.';
