/** Where a lead stands in a view: the server's rules for filters and orders, on what a card tells. */
import type { LeadFilter, LeadOrder } from '../api/lead-list.ts';
import type { LeadCard } from '../api/lead-types.ts';

/** Sort keys compare as the server's do; a lead without one is not listed in that order. */
const KEYS: Readonly<Record<LeadOrder, (lead: LeadCard) => string | null>> = {
  SCORE_DESC: ({ score }) => String(Math.round((score?.value ?? 0) * 100)).padStart(5, '0'),
  UPDATED_DESC: ({ updatedAt }) => updatedAt,
  DUE_ASC: ({ responseDueAt }) => responseDueAt,
  CREATED_DESC: ({ createdAt }) => createdAt,
};

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Negative where `a` stands above `b`. */
export function compareIn(orderBy: LeadOrder): (a: LeadCard, b: LeadCard) => number {
  const keyOf = KEYS[orderBy];
  const direction = orderBy === 'DUE_ASC' ? 1 : -1;
  return (a, b) => direction * (compareText(keyOf(a) ?? '', keyOf(b) ?? '') || compareText(a.id, b.id));
}

const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);

function hasWords(lead: LeadCard, text: string): boolean {
  const words = wordsOf([lead.name, ...lead.tags].join(' '));
  return wordsOf(text).every((start) => words.some((word) => word.startsWith(start)));
}

/** `isShown`: whether it is listed already; a search by email or phone cannot be judged by a card, and what the server found stays. */
export function fits(lead: LeadCard, filter: LeadFilter, orderBy: LeadOrder, isShown: boolean): boolean {
  const { tier, stage, source, agentId, tag, minScore, overdue, text } = filter;
  return (
    KEYS[orderBy](lead) !== null &&
    (tier === undefined || lead.tier === tier) &&
    (stage === undefined || lead.stage === stage) &&
    (source === undefined || lead.source === source) &&
    (agentId === undefined || lead.agent?.id === agentId) &&
    (tag === undefined || lead.tags.some((one) => one.toLowerCase() === tag.toLowerCase())) &&
    (minScore === undefined || (lead.score?.value ?? -1) >= minScore) &&
    (overdue === undefined || lead.overdue) &&
    (text === undefined || isShown || hasWords(lead, text))
  );
}
