/** What a filter and an order of leads mean to the read models. */
import { isId } from '../../domain/ids.ts';
import type { LeadSource, Stage } from '../../domain/lead/lead.ts';
import type { Tier } from '../../domain/scoring/score.ts';
import { agentFacet, LEAD_FIELDS, sourceFacet, stageFacet, tagFacet, tierFacet, type LeadOrder as IndexOrder } from '../../domain/views/index-names.ts';
import { queryWords } from '../../domain/views/words.ts';
import type { ListQuery } from '../../platform/read-models/read-models.ts';
import { badInput } from '../errors.ts';
import type { ListPlan } from '../list-views.ts';

export const LEAD_ORDERS = ['SCORE_DESC', 'UPDATED_DESC', 'CREATED_DESC', 'DUE_ASC'] as const;
export type LeadOrder = (typeof LEAD_ORDERS)[number];

export interface LeadFilter {
  readonly tier?: Tier | null | undefined;
  readonly stage?: Stage | null | undefined;
  readonly source?: LeadSource | null | undefined;
  readonly agentId?: string | null | undefined;
  readonly tag?: string | null | undefined;
  readonly minScore?: number | null | undefined;
  readonly maxScore?: number | null | undefined;
  readonly updatedSince?: string | null | undefined;
  readonly overdue?: boolean | null | undefined;
  readonly text?: string | null | undefined;
}

const ORDERS: Readonly<Record<LeadOrder, { readonly order: IndexOrder; readonly direction: 'ASC' | 'DESC' }>> = {
  SCORE_DESC: { order: 'SCORE', direction: 'DESC' },
  UPDATED_DESC: { order: 'UPDATED', direction: 'DESC' },
  CREATED_DESC: { order: 'CREATED', direction: 'DESC' },
  DUE_ASC: { order: 'DUE', direction: 'ASC' },
};

type Condition = ListQuery['where'][number];
const WORDS_MAX = 10;

/** `now`: ISO 8601 UTC. Throws ApiError (BAD_USER_INPUT). */
export function leadPlan(filter: LeadFilter, orderBy: LeadOrder, now: string): ListPlan {
  return {
    kind: 'lead',
    ...ORDERS[orderBy],
    ...boundsOf(filter, orderBy, now),
    facets: facetsOf(filter),
    where: conditionsOf(filter, now),
    words: queryWords(filter.text ?? '').slice(0, WORDS_MAX),
    ...(filter.overdue === true ? { dependsOnClock: true } : {}),
  };
}

function facetsOf({ tier, stage, source, agentId, tag }: LeadFilter): string[] {
  if (agentId != null && !isId('agent', agentId)) throw badInput('filter.agentId is not the id of an agent', 'filter.agentId');
  if (tag != null && tag.trim() === '') throw badInput('filter.tag is empty', 'filter.tag');
  return [
    ...(tier == null ? [] : [tierFacet(tier)]),
    ...(stage == null ? [] : [stageFacet(stage)]),
    ...(source == null ? [] : [sourceFacet(source)]),
    ...(agentId == null ? [] : [agentFacet(agentId)]),
    ...(tag == null ? [] : [tagFacet(tag)]),
  ];
}

function conditionsOf({ minScore, maxScore, updatedSince, overdue }: LeadFilter, now: string): Condition[] {
  return [
    ...(minScore == null ? [] : [{ field: LEAD_FIELDS.score, op: 'GTE', value: minScore } as const]),
    ...(maxScore == null ? [] : [{ field: LEAD_FIELDS.score, op: 'LTE', value: maxScore } as const]),
    ...(updatedSince == null ? [] : [{ field: LEAD_FIELDS.updatedAt, op: 'GTE', value: updatedSince } as const]),
    ...(overdue === true ? [{ field: LEAD_FIELDS.due, op: 'LTE', value: now } as const] : []),
  ];
}

/** Where a condition is on what the list is sorted by, the list need not be searched, only entered at the right place. */
function boundsOf(filter: LeadFilter, orderBy: LeadOrder, now: string): Pick<ListQuery, 'sortFrom' | 'sortTo'> {
  if (orderBy === 'UPDATED_DESC' && filter.updatedSince != null) return { sortFrom: filter.updatedSince };
  if (orderBy === 'DUE_ASC' && filter.overdue === true) return { sortTo: now };
  return {};
}
