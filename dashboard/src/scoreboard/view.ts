/** What the scoreboard shows: its filter and order, as they stand in the address so that a view can be shared. */
import { LEAD_ORDERS, type LeadFilter, type LeadOrder } from '../api/lead-list.ts';
import { SOURCES, STAGES, TIERS } from '../api/lead-types.ts';

export interface View {
  readonly filter: LeadFilter;
  readonly orderBy: LeadOrder;
}

const oneOf = <T extends string>(values: readonly T[], text: string | null): T | undefined => values.find((value) => value === text);

/** What makes no sense in an address is left out. */
export function viewOf(search: string): View {
  const query = new URLSearchParams(search);
  const [tier, stage, source] = [oneOf(TIERS, query.get('tier')), oneOf(STAGES, query.get('stage')), oneOf(SOURCES, query.get('source'))];
  const [agentId, tag, text] = [query.get('agent'), query.get('tag')?.trim(), query.get('text')?.trim()];
  const minScore = Number(query.get('min') ?? '');
  const filter: LeadFilter = {
    ...(tier && { tier }),
    ...(stage && { stage }),
    ...(source && { source }),
    ...(agentId && { agentId }),
    ...(tag && { tag }),
    ...(minScore > 0 && minScore <= 100 && { minScore }),
    ...(query.get('overdue') === 'true' && { overdue: true }),
    ...(text && { text }),
  };
  return { filter, orderBy: oneOf(LEAD_ORDERS, query.get('order')) ?? 'SCORE_DESC' };
}

const NAMES: Readonly<Record<keyof LeadFilter, string>> = {
  tier: 'tier',
  stage: 'stage',
  source: 'source',
  agentId: 'agent',
  tag: 'tag',
  minScore: 'min',
  overdue: 'overdue',
  text: 'text',
};

/** The address of a view; the usual one is plain `/`. */
export function addressOf({ filter, orderBy }: View): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(filter)) query.set(NAMES[key as keyof LeadFilter], String(value));
  if (orderBy !== 'SCORE_DESC') query.set('order', orderBy);
  const text = query.toString();
  return text === '' ? '/' : `/?${text}`;
}

export const isSameView = (a: View, b: View): boolean => addressOf(a) === addressOf(b);
