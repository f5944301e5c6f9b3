/** What a lead is before anything is known of it. */
import type { LeadId, TenantId } from '../ids.ts';
import type { Engagement, Lead, Preferences } from './lead.ts';

export const DEFAULT_TIME_ZONE = 'America/Los_Angeles';

export const EMPTY_PREFERENCES: Preferences = {
  financing: 'UNKNOWN',
  timeline: 'UNKNOWN',
  locations: [],
  propertyTypes: [],
  mustHaves: [],
  niceToHaves: [],
};

export const EMPTY_ENGAGEMENT: Engagement = {
  emailsSent: 0,
  emailsOpened: 0,
  emailsClicked: 0,
  messagesIn: 0,
  messagesOut: 0,
  replyHoursSum: 0,
  replies: 0,
  messageQualitySum: 0,
  pageViews: 0,
  propertyViews: 0,
  saves: 0,
  inquiries: 0,
  tours: 0,
  offers: 0,
  viewedPriceSumMinor: 0,
  viewedPriced: 0,
  savedPropertyIds: [],
  passedPropertyIds: [],
  recentViews: [],
};

/** A lead of which nothing is known but its name in the system. `at` is when its stream began. */
export const emptyLead = (tenant: TenantId, id: LeadId, at: string): Lead => ({
  tenant,
  id,
  version: 0,
  createdAt: at,
  updatedAt: at,
  source: 'OTHER',
  campaign: {},
  intent: 'BUYER',
  preferences: EMPTY_PREFERENCES,
  engagement: EMPTY_ENGAGEMENT,
  stage: 'NEW',
  stageSince: at,
  tags: [],
  notes: [],
  tasks: [],
  matches: [],
  alertTimes: [],
  timeZone: DEFAULT_TIME_ZONE,
  madeUp: false,
});
