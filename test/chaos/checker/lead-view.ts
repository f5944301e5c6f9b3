/** The fields of a lead that are compared, and what they must be by the lead's events. */
import type { Lead } from '../../../domain/lead/lead.ts';
import type { LeadView } from './evidence.ts';

export const LEAD_FIELDS = `id version firstName lastName email phone externalId source intent stage stageSince tags createdAt updatedAt erasedAt timeZone
  previousScore responseDueAt respondedAt
  notes { id text byActor at }
  preferences { timeline financing }
  score { value confidence tier source degraded modelVersion scoredAt reasons }
  engagement { emailsOpened messagesIn messagesOut pageViews propertyViews lastActivityAt lastMessageInAt }`;

/** The lead as the API must show it. */
export function expectedView(lead: Lead): LeadView {
  const { score, engagement } = lead;
  return {
    id: lead.id,
    version: lead.version,
    firstName: lead.firstName ?? null,
    lastName: lead.lastName ?? null,
    email: lead.email ?? null,
    phone: lead.phone ?? null,
    externalId: lead.externalId ?? null,
    source: lead.source,
    intent: lead.intent,
    stage: lead.stage,
    stageSince: lead.stageSince,
    tags: lead.tags,
    createdAt: lead.createdAt,
    updatedAt: lead.updatedAt,
    erasedAt: lead.erasedAt ?? null,
    timeZone: lead.timeZone,
    previousScore: lead.previousScore ?? null,
    responseDueAt: lead.responseDueAt ?? null,
    respondedAt: lead.respondedAt ?? null,
    notes: lead.notes.map(({ id, text, byActor, at }) => ({ id, text, byActor, at })),
    preferences: { timeline: lead.preferences.timeline, financing: lead.preferences.financing },
    score: score
      ? {
          value: score.value,
          confidence: score.confidence,
          tier: score.tier,
          source: score.source,
          degraded: score.degraded,
          modelVersion: score.modelVersion,
          scoredAt: score.scoredAt,
          reasons: score.reasons,
        }
      : null,
    engagement: {
      emailsOpened: engagement.emailsOpened,
      messagesIn: engagement.messagesIn,
      messagesOut: engagement.messagesOut,
      pageViews: engagement.pageViews,
      propertyViews: engagement.propertyViews,
      lastActivityAt: engagement.lastActivityAt ?? null,
      lastMessageInAt: engagement.lastMessageInAt ?? null,
    },
  };
}
