/**
 * What became of a lead by day (UTC), as small as that: counts by day are sums over leads, which can be made anew from each lead alone
 * (domain/views/lead-totals.ts), and lose what an erased lead brought to them.
 */
import { LIMITS } from '../../limits.ts';
import type { Tier } from '../../scoring/score.ts';
import { dayOf, MINUTE_MS } from '../../time.ts';
import type { AnswerDay, Lead, TierDay } from '../lead.ts';

/** The lead with a move between tiers. A day keeps where it began and where it ended; a day that ends where it began keeps nothing. */
export function withTierMove(lead: Lead, from: Tier | undefined, to: Tier, at: string): Lead {
  const days = lead.tierDays ?? [];
  const last = days.at(-1);
  // A clock that went back adds to the day that is open.
  const isSameDay = last !== undefined && last.day >= dayOf(at);
  if (!isSameDay && from === to) return lead;
  const moved: TierDay = isSameDay ? { ...last, to } : { day: dayOf(at), from: from ?? null, to };
  const before = isSameDay ? days.slice(0, -1) : days;
  return { ...lead, tierDays: moved.from === moved.to ? before : [...before, moved].slice(-LIMITS.daysKept) };
}

/** The lead with an answer of ours at that time; the same lead where nobody waited for one. */
export function withAnswer(lead: Lead, at: string): Lead {
  const { awaitingSince, responseDueAt, answerDays = [] } = lead;
  if (awaitingSince === undefined) return lead;
  const minutes = Math.max(0, Math.round((Date.parse(at) - Date.parse(awaitingSince)) / MINUTE_MS));
  // Without a score nothing was promised yet.
  const isInTime = responseDueAt === undefined || at <= responseDueAt;
  const day = dayOf(at);
  const known = answerDays.find((other) => other.day === day) ?? { day, answers: 0, inTime: 0, minutes: 0 };
  const counted: AnswerDay = { day, answers: known.answers + 1, inTime: known.inTime + (isInTime ? 1 : 0), minutes: known.minutes + minutes };
  const others = answerDays.filter((other) => other.day !== day);
  return { ...lead, answerDays: [...others, counted].sort((a, b) => (a.day < b.day ? -1 : 1)).slice(-LIMITS.daysKept) };
}
