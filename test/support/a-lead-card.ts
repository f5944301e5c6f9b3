import type { LeadCard } from '../../dashboard/src/api/lead-types.ts';

const AT = '2026-03-01T09:30:00.000Z';

/** A lead as the dashboard shows it, without a score unless one is given. */
export const aLeadCard = (traits: Partial<LeadCard> & Pick<LeadCard, 'id'>): LeadCard => ({
  version: 1,
  name: traits.id,
  tier: null,
  stage: 'NEW',
  source: 'PORTAL',
  score: null,
  previousScore: null,
  agent: null,
  tags: [],
  engagement: { lastActivityAt: null },
  responseDueAt: null,
  overdue: false,
  madeUp: false,
  createdAt: AT,
  updatedAt: AT,
  ...traits,
});
