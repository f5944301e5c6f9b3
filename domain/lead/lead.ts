/** What a lead is: the folded state of its events, which is also the view that queries read. */
import type { AgentId, LeadId, PropertyId, TenantId } from '../ids.ts';
import type { Insight, LeadScore, Tier } from '../scoring/score.ts';
import type { PropertyMatch } from '../matching/property-match.ts';

export const LEAD_SOURCES = [
  'REFERRAL',
  'PAST_CLIENT',
  'ORGANIC_SEARCH',
  'PORTAL',
  'WEBSITE_FORM',
  'PAID_ADS',
  'SOCIAL',
  'OPEN_HOUSE',
  'PURCHASED',
  'COLD_CALL',
  'OTHER',
] as const;
export type LeadSource = (typeof LEAD_SOURCES)[number];
export const INTENTS = ['BUYER', 'SELLER', 'BOTH'] as const;
export type Intent = (typeof INTENTS)[number];
export const FINANCINGS = ['CASH', 'PRE_APPROVED', 'PRE_QUALIFIED', 'NOT_STARTED', 'UNKNOWN'] as const;
export type Financing = (typeof FINANCINGS)[number];
/** IMMEDIATE: up to 30 days; SOON: up to 90. */
export const TIMELINES = ['IMMEDIATE', 'SOON', 'EXPLORING', 'UNKNOWN'] as const;
export type Timeline = (typeof TIMELINES)[number];
export const STAGES = ['NEW', 'CONTACTED', 'QUALIFIED', 'ENGAGED', 'APPOINTMENT', 'OFFER', 'UNDER_CONTRACT', 'WON', 'LOST', 'DORMANT'] as const;
export type Stage = (typeof STAGES)[number];

/** A point on the earth, degrees. */
export interface GeoPoint {
  readonly lat: number;
  readonly lon: number;
}

/** What the person wants. Money in minor units (cents), whole numbers. Absent: not told. */
export interface Preferences {
  readonly budgetMinMinor?: number | undefined;
  readonly budgetMaxMinor?: number | undefined;
  readonly financing: Financing;
  readonly timeline: Timeline;
  /** The person's own words on when. */
  readonly timelineWords?: string | undefined;
  /** Cities, neighbourhoods or zip codes, as told. */
  readonly locations: readonly string[];
  readonly point?: GeoPoint | undefined;
  readonly bedroomsMin?: number | undefined;
  /** In halves: 2.5. */
  readonly bathroomsMin?: number | undefined;
  readonly squareFeetMin?: number | undefined;
  readonly squareFeetMax?: number | undefined;
  readonly propertyTypes: readonly string[];
  readonly mustHaves: readonly string[];
  readonly niceToHaves: readonly string[];
  readonly motivation?: string | undefined;
  /** Sellers: the condition of their home. */
  readonly homeCondition?: string | undefined;
  readonly currentSituation?: string | undefined;
}

/** What the person did, in counts and sums, so that it stays small however active the lead is. */
export interface Engagement {
  readonly emailsSent: number;
  readonly emailsOpened: number;
  readonly emailsClicked: number;
  readonly messagesIn: number;
  readonly messagesOut: number;
  readonly lastMessageInAt?: string | undefined;
  readonly lastMessageOutAt?: string | undefined;
  /** Hours between a message of ours and the person's reply, summed over `replies`. */
  readonly replyHoursSum: number;
  readonly replies: number;
  /** Message quality (0 to 1 each, scoring rules), summed over `messagesIn`. */
  readonly messageQualitySum: number;
  readonly pageViews: number;
  readonly propertyViews: number;
  readonly saves: number;
  readonly inquiries: number;
  readonly tours: number;
  readonly offers: number;
  /** Sum of the prices (minor units) of viewed properties whose price was known, over `viewedPriced` views. */
  readonly viewedPriceSumMinor: number;
  readonly viewedPriced: number;
  readonly savedPropertyIds: readonly PropertyId[];
  readonly passedPropertyIds: readonly PropertyId[];
  /** Views of one property, newest last, at most 50 kept. */
  readonly recentViews: readonly { readonly propertyId: PropertyId; readonly at: string }[];
  readonly lastActivityAt?: string | undefined;
}

export interface Note {
  readonly id: string;
  readonly text: string;
  readonly byActor: string;
  readonly at: string;
}

/** A follow-up. */
export interface Task {
  readonly id: string;
  readonly title: string;
  readonly dueAt: string;
  readonly agentId?: AgentId | undefined;
  readonly completedAt?: string | undefined;
  readonly outcome?: string | undefined;
}

/** Where a web lead came from, as its link said. */
export interface Campaign {
  readonly name?: string | undefined;
  readonly utmSource?: string | undefined;
  readonly utmMedium?: string | undefined;
  readonly utmCampaign?: string | undefined;
  readonly utmTerm?: string | undefined;
  readonly utmContent?: string | undefined;
}

/** A day on which the lead ended in another tier than it began in. Null: it had no score before. Days are those of UTC, `2026-03-01`. */
export interface TierDay {
  readonly day: string;
  readonly from: Tier | null;
  readonly to: Tier;
}
/** A day on which we answered. */
export interface AnswerDay {
  readonly day: string;
  readonly answers: number;
  /** Of these not later than the score promised. */
  readonly inTime: number;
  /** From when the person began to wait, summed. */
  readonly minutes: number;
}

/** One lead, whole. Times are ISO 8601 in UTC with milliseconds. `version` is the number of its events. */
export interface Lead {
  readonly tenant: TenantId;
  readonly id: LeadId;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly externalId?: string | undefined;
  readonly firstName?: string | undefined;
  readonly lastName?: string | undefined;
  /** Case-folded; unique within the tenant. */
  readonly email?: string | undefined;
  /** E.164. */
  readonly phone?: string | undefined;
  readonly source: LeadSource;
  readonly campaign: Campaign;
  readonly intent: Intent;
  readonly preferences: Preferences;
  readonly engagement: Engagement;
  readonly stage: Stage;
  readonly stageSince: string;
  readonly agentId?: AgentId | undefined;
  readonly tags: readonly string[];
  readonly notes: readonly Note[];
  readonly tasks: readonly Task[];
  /** Absent until the first score. */
  readonly score?: LeadScore | undefined;
  readonly previousScore?: number | undefined;
  /** The version of the lead that the score was computed from. */
  readonly scoredVersion?: number | undefined;
  readonly insight?: Insight | undefined;
  /** Best first. */
  readonly matches: readonly PropertyMatch[];
  /** Times of property alerts of the last day, for the daily limit. */
  readonly alertTimes: readonly string[];
  /** By when somebody should answer (response times follow from the score); absent once answered. */
  readonly responseDueAt?: string | undefined;
  readonly respondedAt?: string | undefined;
  /** Since when somebody should answer: the first inbound moment without an answer, else the first score. */
  readonly awaitingSince?: string | undefined;
  /** Oldest first; absent: none. */
  readonly tierDays?: readonly TierDay[] | undefined;
  readonly answerDays?: readonly AnswerDay[] | undefined;
  /** IANA name; rules of quiet and business hours use it. */
  readonly timeZone: string;
  /** True for leads that the demo generator made up. */
  readonly madeUp: boolean;
  /** Set once the person was forgotten; everything personal is gone then. */
  readonly erasedAt?: string | undefined;
}
