/** What people ask of gateways: one lead or a list of them as the page shows them, and changes of a lead. */
import { requestBody } from '../documents.ts';

const CARD = `id email version name tier stage source
  score { value confidence tier source degraded scoredAt factors { name contribution explanation } }
  previousScore agent { id name } tags engagement { lastActivityAt } responseDueAt overdue madeUp createdAt updatedAt`;
export const CARD_BY_ID = `query Card($id: ID!) { lead(id: $id) { ${CARD} } }`;
const CARDS = `query Cards($filter: LeadFilter, $orderBy: LeadOrder) {
  leads(first: 20, filter: $filter, orderBy: $orderBy) { edges { node { ${CARD} } } pageInfo { hasNextPage endCursor } }
}`;

export interface CardAnswer {
  readonly id: string;
  readonly email: string | null;
  readonly version: number;
  readonly stage: string;
  readonly source: string;
  readonly overdue: boolean;
  readonly tier: string | null;
}
type Filter = Readonly<Partial<Pick<CardAnswer, 'stage' | 'source' | 'overdue' | 'tier'>>>;

export interface ListKind {
  /** Of all lists together 100. */
  readonly weight: number;
  readonly filter: Filter;
  readonly body: string;
}
const listKind = (weight: number, orderBy: string, filter: Filter = {}): ListKind => ({ weight, filter, body: requestBody(CARDS, { filter, orderBy }) });
const LISTS: readonly ListKind[] = [
  listKind(35, 'CREATED_DESC'),
  listKind(20, 'UPDATED_DESC'),
  listKind(15, 'SCORE_DESC', { tier: 'HOT' }),
  listKind(15, 'CREATED_DESC', { stage: 'NEW' }),
  listKind(10, 'UPDATED_DESC', { source: 'REFERRAL' }),
  listKind(5, 'DUE_ASC', { overdue: true }),
];

export function someList(): ListKind {
  let left = Math.random() * LISTS.reduce((sum, { weight }) => sum + weight, 0);
  const found = LISTS.find(({ weight }) => (left -= weight) < 0) ?? LISTS[0];
  if (found === undefined) throw new Error('there are no lists');
  return found;
}

const change = (name: string, input: string): string =>
  `mutation Change($input: ${input}!) { receipt: ${name}(input: $input, wait: VISIBLE) { status leadId version visibleAt } }`;
const [RECORD, NOTE, UPDATE] = [
  change('recordInteraction', 'RecordInteractionInput'),
  change('addNote', 'AddNoteInput'),
  change('updateLead', 'UpdateLeadInput'),
];

/** The n-th change: each kind in turn. */
export function changeBody(n: number, leadId: string): string {
  if (n % 3 === 0) return requestBody(RECORD, { input: { leadId, kind: 'PAGE_VIEW', url: '/homes' } });
  if (n % 3 === 1) return requestBody(NOTE, { input: { leadId, text: `Note ${n}` } });
  return requestBody(UPDATE, { input: { leadId, preferences: { bedroomsMin: (n % 5) + 1 } } });
}
