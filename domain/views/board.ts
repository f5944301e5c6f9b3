/** The executive board: what the totals of a brokerage's leads (lead-totals.ts) say about some days. Days are those of UTC. */
import { TIERS, type Tier } from '../scoring/score.ts';
import { DAY_MS, dayOf } from '../time.ts';
import type { BoardFigure, BoardRange } from './board-names.ts';
import { DAY_TOTALS, dayTotal, LEADS_TOTAL, PIPELINE_TOTAL, tierChangeTotal, tierTotal } from './lead-totals.ts';

const LENGTHS: Readonly<Record<BoardRange, number>> = { TODAY: 1, DAYS_7: 7, DAYS_30: 30, DAYS_90: 90 };

export interface TierCount {
  readonly tier: Tier;
  readonly count: number;
  /** Against the moment before the range began. */
  readonly change: number;
}
export interface BoardDay {
  readonly day: string;
  readonly newLeads: number;
  /** At the day's end; today: now. */
  readonly hot: number;
  readonly warm: number;
  readonly cold: number;
  readonly answers: number;
  readonly answersInTime: number;
  readonly won: number;
  readonly lost: number;
}
export interface Board {
  readonly range: BoardRange;
  readonly from: string;
  readonly to: string;
  readonly leads: number;
  readonly tiers: readonly TierCount[];
  readonly pipelineMinor: number;
  readonly newLeads: number;
  readonly answers: number;
  readonly answersInTime: number;
  /** Null where nothing was answered. */
  readonly meanAnswerMinutes: number | null;
  readonly won: number;
  readonly lost: number;
  /** Won of those that were won or lost, 0 to 1; null where none was. */
  readonly conversion: number | null;
  readonly days: readonly BoardDay[];
}

/** The days of a range, oldest first; the last is that of `now`. */
export function daysOf(range: BoardRange, now: string): string[] {
  const today = Date.parse(dayOf(now));
  return Array.from({ length: LENGTHS[range] }, (_, at) => dayOf(new Date(today - (LENGTHS[range] - 1 - at) * DAY_MS).toISOString()));
}

/** Every total that the board of these days is made of. */
export const boardTotals = (days: readonly string[]): string[] => [
  LEADS_TOTAL,
  PIPELINE_TOTAL,
  ...TIERS.map(tierTotal),
  ...days.flatMap((day) => [...TIERS.map((tier) => tierChangeTotal(tier, day)), ...DAY_TOTALS.map((name) => dayTotal(name, day))]),
];

/** `totalOf`: 0 where there is none. */
export function boardOf(range: BoardRange, days: readonly string[], totalOf: (name: string) => number): Board {
  const sum = (name: (typeof DAY_TOTALS)[number]): number => days.reduce((total, day) => total + totalOf(dayTotal(name, day)), 0);
  const [answers, won, lost] = [sum('answers'), sum('won'), sum('lost')];
  return {
    range,
    from: days[0] ?? '',
    to: days.at(-1) ?? '',
    leads: totalOf(LEADS_TOTAL),
    tiers: TIERS.map((tier) => ({
      tier,
      count: totalOf(tierTotal(tier)),
      change: days.reduce((total, day) => total + totalOf(tierChangeTotal(tier, day)), 0),
    })),
    pipelineMinor: totalOf(PIPELINE_TOTAL),
    newLeads: sum('created'),
    answers,
    answersInTime: sum('inTime'),
    meanAnswerMinutes: answers === 0 ? null : sum('answerMinutes') / answers,
    won,
    lost,
    conversion: won + lost === 0 ? null : won / (won + lost),
    days: boardDays(days, totalOf),
  };
}

/** Backwards from now: a day ended with what there is, without what came behind it. */
function boardDays(days: readonly string[], totalOf: (name: string) => number): BoardDay[] {
  const counts = new Map(TIERS.map((tier) => [tier, totalOf(tierTotal(tier))]));
  const boards = days.toReversed().map((day): BoardDay => {
    const of = (name: (typeof DAY_TOTALS)[number]): number => totalOf(dayTotal(name, day));
    const [hot, warm, cold] = [counts.get('HOT') ?? 0, counts.get('WARM') ?? 0, counts.get('COLD') ?? 0];
    for (const tier of TIERS) counts.set(tier, (counts.get(tier) ?? 0) - totalOf(tierChangeTotal(tier, day)));
    return { day, newLeads: of('created'), hot, warm, cold, answers: of('answers'), answersInTime: of('inTime'), won: of('won'), lost: of('lost') };
  });
  return boards.toReversed();
}

/** A figure that is another one now. */
export interface FigureChange {
  readonly figure: BoardFigure;
  readonly value: number;
  /** Null where it is not known what it was. */
  readonly previous: number | null;
}

/** What each figure is called among the totals. */
export const figureTotals = (today: string): Readonly<Record<BoardFigure, string>> => ({
  HOT: tierTotal('HOT'),
  WARM: tierTotal('WARM'),
  COLD: tierTotal('COLD'),
  LEADS: LEADS_TOTAL,
  PIPELINE_MINOR: PIPELINE_TOTAL,
  NEW_TODAY: dayTotal('created', today),
  ANSWERS_TODAY: dayTotal('answers', today),
  ANSWERS_IN_TIME_TODAY: dayTotal('inTime', today),
  WON_TODAY: dayTotal('won', today),
  LOST_TODAY: dayTotal('lost', today),
});

/** What changed from one look to the next; all of it where there was none before. */
export function figureChanges(before: Readonly<Record<BoardFigure, number>> | undefined, after: Readonly<Record<BoardFigure, number>>): FigureChange[] {
  // In their order, as whoever looked wrote them down.
  return (Object.keys(after) as BoardFigure[])
    .filter((figure) => before?.[figure] !== after[figure])
    .map((figure) => ({
      figure,
      value: after[figure],
      previous: before?.[figure] ?? null,
    }));
}
