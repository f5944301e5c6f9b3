/** What a lead adds to its tenant's totals: whole numbers by name. Totals are the sums of it over all leads, whoever keeps them. */
import type { Lead } from '../lead/lead.ts';
import { isClosed } from '../lead/stages.ts';
import type { Tier } from '../scoring/score.ts';
import { dayOf } from '../time.ts';

export const LEADS_TOTAL = 'leads';
/** Minor units of money. */
export const PIPELINE_TOTAL = 'pipeline';
export const tierTotal = (tier: Tier): string => `tier:${tier}`;
/** How many more leads were in the tier at the day's end than at its beginning. */
export const tierChangeTotal = (tier: Tier, day: string): string => `${tier}@${day}`;
export const DAY_TOTALS = ['created', 'answers', 'inTime', 'answerMinutes', 'won', 'lost'] as const;
export const dayTotal = (name: (typeof DAY_TOTALS)[number], day: string): string => `${name}@${day}`;

/** A billion of the currency: a budget beyond it is a slip, and must not drown all others. It also keeps the sum over ten million leads countable. */
const PIPELINE_MINOR_MAX = 100_000_000_000;

export function leadTotals(lead: Lead): Readonly<Record<string, number>> {
  const totals: Record<string, number> = {};
  const add = (name: string, count: number): void => void (totals[name] = (totals[name] ?? 0) + count);
  add(LEADS_TOTAL, 1);
  add(dayTotal('created', dayOf(lead.createdAt)), 1);
  if (lead.score !== undefined) add(tierTotal(lead.score.tier), 1);
  if (!isClosed(lead.stage)) add(PIPELINE_TOTAL, worthMinor(lead));
  if (lead.stage === 'WON' || lead.stage === 'LOST') add(dayTotal(lead.stage === 'WON' ? 'won' : 'lost', dayOf(lead.stageSince)), 1);
  for (const { day, from, to } of lead.tierDays ?? []) {
    add(tierChangeTotal(to, day), 1);
    if (from !== null) add(tierChangeTotal(from, day), -1);
  }
  for (const { day, answers, inTime, minutes } of lead.answerDays ?? []) {
    add(dayTotal('answers', day), answers);
    add(dayTotal('inTime', day), inTime);
    add(dayTotal('answerMinutes', day), minutes);
  }
  return Object.fromEntries(Object.entries(totals).filter(([, count]) => count !== 0));
}

/** What somebody would spend at the most, as far as they said. */
const worthMinor = ({ preferences: { budgetMinMinor, budgetMaxMinor } }: Lead): number => Math.min(budgetMaxMinor ?? budgetMinMinor ?? 0, PIPELINE_MINOR_MAX);
