/** Everything of one lead, as LeadHub asks for it. */
import type { Connection, Financing, Intent, LeadCard, Score, ScoreSource, Tier, Timeline } from './lead-types.ts';

export interface Preferences {
  readonly budgetMin: string | null;
  readonly budgetMax: string | null;
  readonly financing: Financing;
  readonly timeline: Timeline;
  readonly timelineWords: string | null;
  readonly locations: readonly string[];
  readonly bedroomsMin: number | null;
  readonly bathroomsMin: number | null;
  readonly squareFeetMin: number | null;
  readonly squareFeetMax: number | null;
  readonly propertyTypes: readonly string[];
  readonly mustHaves: readonly string[];
  readonly niceToHaves: readonly string[];
  readonly motivation: string | null;
  readonly homeCondition: string | null;
  readonly currentSituation: string | null;
}
export interface Engagement {
  readonly lastActivityAt: string | null;
  readonly emailsSent: number;
  readonly emailsOpened: number;
  readonly emailsClicked: number;
  readonly messagesIn: number;
  readonly messagesOut: number;
  readonly replyHoursMean: number | null;
  readonly pageViews: number;
  readonly propertyViews: number;
  readonly saves: number;
  readonly inquiries: number;
  readonly tours: number;
  readonly offers: number;
}
export interface ScorePoint {
  readonly version: number;
  readonly value: number;
  readonly tier: Tier;
  readonly source: ScoreSource;
  readonly previous: number | null;
  readonly tierChanged: boolean;
  readonly at: string;
}
export interface Insight {
  readonly source: ScoreSource;
  readonly degraded: boolean;
  readonly summary: string;
  readonly risks: readonly string[];
  readonly opportunities: readonly string[];
  readonly nextBestAction: string | null;
  readonly expectedTimeline: string | null;
  readonly at: string;
}
export interface Note {
  readonly id: string;
  readonly text: string;
  readonly byActor: string;
  readonly at: string;
}
export interface Task {
  readonly id: string;
  readonly title: string;
  readonly dueAt: string;
  readonly completedAt: string | null;
  readonly outcome: string | null;
  readonly overdue: boolean;
}
export interface Home {
  readonly id: string;
  readonly externalId: string;
  readonly status: string;
  readonly price: string;
  readonly bedrooms: number;
  readonly bathrooms: number;
  readonly squareFeet: number;
  readonly propertyType: string;
  readonly address: string | null;
  readonly city: string | null;
  readonly zip: string;
}
export interface Match {
  readonly score: number;
  readonly confidence: number;
  readonly reasons: readonly string[];
  readonly matchedAt: string;
  /** Null where the listing is not known any more. */
  readonly property: Home | null;
}
export interface TimelineEntry {
  readonly version: number;
  readonly type: string;
  readonly at: string;
  readonly actor: string;
  readonly summary: string;
}
export interface HubLead extends LeadCard {
  readonly externalId: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly intent: Intent;
  readonly timeZone: string;
  readonly stageSince: string;
  readonly respondedAt: string | null;
  readonly erasedAt: string | null;
  readonly campaign: {
    readonly name: string | null;
    readonly utmSource: string | null;
    readonly utmMedium: string | null;
    readonly utmCampaign: string | null;
  };
  readonly preferences: Preferences;
  readonly engagement: Engagement;
  readonly score: (Score & { readonly reasons: readonly string[]; readonly modelVersion: string }) | null;
  readonly scoreHistory: readonly ScorePoint[];
  readonly insight: Insight | null;
  readonly notes: readonly Note[];
  readonly tasks: readonly Task[];
  readonly matches: Connection<Match>;
  readonly timeline: Connection<TimelineEntry>;
}
