/** A lead for tests, whole; say what matters to the test and leave the rest. */
import { makeId, tenantId } from '../../domain/ids.ts';
import type { Engagement, Lead, Preferences } from '../../domain/lead/lead.ts';

export const AT = '2026-03-02T10:00:00.000Z';

const ENGAGEMENT: Engagement = {
  emailsSent: 10,
  emailsOpened: 3,
  emailsClicked: 1,
  messagesIn: 1,
  messagesOut: 1,
  replyHoursSum: 10,
  replies: 1,
  messageQualitySum: 0.3,
  pageViews: 6,
  propertyViews: 1,
  saves: 0,
  inquiries: 0,
  tours: 0,
  offers: 0,
  viewedPriceSumMinor: 42_000_000,
  viewedPriced: 1,
  savedPropertyIds: [],
  passedPropertyIds: [],
  recentViews: [],
  lastActivityAt: AT,
};
const PREFERENCES: Preferences = {
  budgetMaxMinor: 45_000_000,
  financing: 'PRE_APPROVED',
  timeline: 'SOON',
  locations: ['98103'],
  propertyTypes: ['Single Family'],
  mustHaves: ['garage'],
  niceToHaves: [],
};

export type LeadTraits = Partial<Omit<Lead, 'preferences' | 'engagement' | 'id'>> & {
  readonly name?: string;
  readonly preferences?: Partial<Preferences>;
  readonly engagement?: Partial<Engagement>;
};

export function aLead({ name = 'ada', preferences, engagement, ...traits }: LeadTraits = {}): Lead {
  return {
    tenant: tenantId('acme'),
    id: makeId('lead', name),
    version: 3,
    createdAt: '2026-02-20T10:00:00.000Z',
    updatedAt: AT,
    firstName: 'Ada',
    lastName: 'Lovelace',
    email: 'ada@example.com',
    phone: '+12065550123',
    source: 'PORTAL',
    campaign: {},
    intent: 'BUYER',
    stage: 'NEW',
    stageSince: '2026-02-20T10:00:00.000Z',
    tags: ['vip'],
    notes: [],
    tasks: [],
    matches: [],
    alertTimes: [],
    timeZone: 'America/Los_Angeles',
    madeUp: false,
    ...traits,
    preferences: { ...PREFERENCES, ...preferences },
    engagement: { ...ENGAGEMENT, ...engagement },
  };
}
