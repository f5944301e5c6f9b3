import { describe, expect, it } from 'vitest';
import { boardOf, boardTotals, daysOf, figureChanges, figureTotals } from '../../../domain/views/board.ts';
import { BOARD_FIGURES, type BoardFigure } from '../../../domain/views/board-names.ts';
import { leadTotals } from '../../../domain/views/lead-totals.ts';
import { created, scored, scoreOf, weWrote, wrote } from '../../support/facts.ts';
import { leadFrom, type Fact } from '../../support/given.ts';

const at = (time: string): string => `2026-03-${time}:00.000Z`;
const on = (time: string, event: Extract<Fact, { readonly event: unknown }>['event']): Fact => ({ at: at(time), event });
const bornOn = (day: string): Fact => on(`${day}T08:00`, created());
const stage = (from: 'NEW' | 'CONTACTED' | 'UNDER_CONTRACT', to: 'CONTACTED' | 'WON' | 'LOST' | 'DORMANT') => ({ type: 'StageChanged' as const, from, to });

describe('what a lead adds to totals', () => {
  it('is itself, its day, its tier and what it would spend', () => {
    const lead = leadFrom([on('10T08:00', created({ preferences: { budgetMinMinor: 40_000_000, budgetMaxMinor: 45_000_000 } })), on('10T08:01', scored(75))]);
    expect(leadTotals(lead)).toEqual({ leads: 1, 'created@2026-03-10': 1, 'tier:HOT': 1, 'HOT@2026-03-10': 1, pipeline: 45_000_000 });
  });

  it('tells between which tiers it moved on which day, and nothing of a day that ended as it began', () => {
    const lead = leadFrom([
      bornOn('10'),
      on('10T09:00', scored(75)),
      on('11T09:00', scored(40)),
      on('11T10:00', scored(55)),
      on('12T09:00', scored(80)),
      on('12T10:00', scored(51)),
    ]);
    expect(lead.tierDays).toEqual([
      { day: '2026-03-10', from: null, to: 'HOT' },
      { day: '2026-03-11', from: 'HOT', to: 'WARM' },
    ]);
    expect(leadTotals(lead)).toMatchObject({ 'HOT@2026-03-10': 1, 'HOT@2026-03-11': -1, 'WARM@2026-03-11': 1, 'tier:WARM': 1 });
    expect(leadTotals(lead)).not.toHaveProperty('HOT@2026-03-12');
  });

  it('adds to the day that is open where a clock goes back', () => {
    const lead = leadFrom([bornOn('10'), on('12T09:00', scored(75)), on('11T23:59', scored(40))]);
    expect(lead.tierDays).toEqual([{ day: '2026-03-12', from: null, to: 'COLD' }]);
  });

  it('counts an answer on its day, in time or not, with the minutes that the person waited', () => {
    const lead = leadFrom([
      bornOn('10'),
      on('10T09:00', scored(75)),
      on('10T10:00', wrote('Hello?', at('10T10:00'))),
      on('10T10:45', weWrote('Yes!', at('10T10:45'))),
      on('11T08:00', wrote('And now?', at('11T08:00'))),
      on('11T10:00', weWrote('Sorry!', at('11T10:00'))),
    ]);
    // Waiting since the score.
    expect(lead.answerDays).toEqual([
      { day: '2026-03-10', answers: 1, inTime: 0, minutes: 105 },
      { day: '2026-03-11', answers: 1, inTime: 0, minutes: 120 },
    ]);
    const quick = leadFrom([bornOn('10'), on('10T09:00', scored(75)), on('10T09:20', weWrote('Hi!', at('10T09:20')))]);
    expect(leadTotals(quick)).toMatchObject({ 'answers@2026-03-10': 1, 'inTime@2026-03-10': 1, 'answerMinutes@2026-03-10': 20 });
  });

  it('takes the first step out of NEW for an answer, but no closing', () => {
    expect(leadFrom([bornOn('10'), on('10T09:00', scored(75)), on('10T09:10', stage('NEW', 'CONTACTED'))]).answerDays).toHaveLength(1);
    expect(leadFrom([bornOn('10'), on('10T09:00', scored(75)), on('10T09:10', stage('NEW', 'LOST'))]).answerDays).toBeUndefined();
  });

  it('of a closed lead is won or lost on its day, and no pipeline', () => {
    const lead = (to: 'WON' | 'LOST' | 'DORMANT') =>
      leadTotals(leadFrom([on('10T08:00', created({ preferences: { budgetMaxMinor: 5 } })), on('12T09:00', stage('UNDER_CONTRACT', to))]));
    expect(lead('WON')).toEqual({ leads: 1, 'created@2026-03-10': 1, 'won@2026-03-12': 1 });
    expect(lead('LOST')).toEqual({ leads: 1, 'created@2026-03-10': 1, 'lost@2026-03-12': 1 });
    expect(lead('DORMANT')).toEqual({ leads: 1, 'created@2026-03-10': 1 });
  });

  it('does not let a slip of the pen drown the pipeline', () => {
    expect(leadTotals(leadFrom([created({ preferences: { budgetMaxMinor: 10_000_000_000_000 } })]))).toMatchObject({ pipeline: 100_000_000_000 });
  });

  it('keeps the last hundred days that something happened on', () => {
    const days = Array.from({ length: 130 }, (_, n) => new Date(Date.parse('2026-01-01T09:00:00Z') + n * 86_400_000).toISOString());
    const lead = leadFrom([{ at: days[0] ?? '', event: created() }, ...days.map((day, n) => ({ at: day, event: scored(n % 2 === 0 ? 75 : 40) }))]);
    expect(lead.tierDays).toHaveLength(100);
    expect(lead.tierDays?.at(-1)?.day).toBe('2026-05-10');
  });
});

describe('the board', () => {
  const now = at('12T15:00');
  const board = (facts: readonly (readonly Fact[])[], range: 'TODAY' | 'DAYS_7' | 'DAYS_30' | 'DAYS_90' = 'DAYS_7') => {
    const days = daysOf(range, now);
    const totals = new Map<string, number>();
    for (const lead of facts) for (const [name, count] of Object.entries(leadTotals(leadFrom(lead)))) totals.set(name, (totals.get(name) ?? 0) + count);
    const asked = new Set(boardTotals(days));
    return boardOf(range, days, (name) => (asked.has(name) ? (totals.get(name) ?? 0) : Number.NaN));
  };

  it('has the days of its range, the last of them today', () => {
    expect(daysOf('TODAY', now)).toEqual(['2026-03-12']);
    expect(daysOf('DAYS_7', now)).toEqual(['06', '07', '08', '09', '10', '11', '12'].map((day) => `2026-03-${day}`));
    expect([daysOf('DAYS_30', now)[0], daysOf('DAYS_90', now)[0]]).toEqual(['2026-02-11', '2025-12-13']);
  });

  it('of nobody is all zeros, and says null where there is nothing to divide by', () => {
    expect(board([])).toMatchObject({
      leads: 0,
      tiers: [
        { tier: 'HOT', count: 0, change: 0 },
        { tier: 'WARM', count: 0, change: 0 },
        { tier: 'COLD', count: 0, change: 0 },
      ],
      pipelineMinor: 0,
      meanAnswerMinutes: null,
      conversion: null,
    });
  });

  it('counts who is in a tier now, against who was before the range, and draws the line in between', () => {
    const [cooled, rose, old] = [
      [bornOn('01'), on('01T09:00', scored(75)), on('11T09:00', scored(55))],
      [bornOn('10'), on('10T09:00', scored(40)), on('12T09:00', scored(90))],
      [bornOn('02'), on('02T09:00', scored(30))],
    ];
    const { tiers, days, newLeads } = board([cooled, rose, old]);
    expect(tiers).toEqual([
      { tier: 'HOT', count: 1, change: 0 },
      { tier: 'WARM', count: 1, change: 1 },
      { tier: 'COLD', count: 1, change: 0 },
    ]);
    expect(days.map(({ day, hot, warm, cold }) => `${day.slice(-2)} ${hot} ${warm} ${cold}`)).toEqual([
      '06 1 0 1',
      '07 1 0 1',
      '08 1 0 1',
      '09 1 0 1',
      '10 1 0 2',
      '11 0 1 2',
      '12 1 1 1',
    ]);
    expect(newLeads).toBe(1);
  });

  it('holds answers against their promise, and the won against the lost', () => {
    const answered = (minute: string): Fact[] => [bornOn('12'), on('12T09:00', scored(75)), on('12T12:00', weWrote('Hi!', at(`12T${minute}`)))];
    const closed = (to: 'WON' | 'LOST'): Fact[] => [bornOn('02'), on('11T09:00', stage('UNDER_CONTRACT', to))];
    const found = board([answered('09:20'), answered('11:00'), closed('WON'), closed('LOST'), closed('LOST')]);
    expect(found).toMatchObject({ answers: 2, answersInTime: 1, meanAnswerMinutes: 70, won: 1, lost: 2, conversion: 1 / 3 });
    expect(found.days.at(-1)).toMatchObject({ answers: 2, answersInTime: 1, won: 0 });
    expect(found.days.at(-2)).toMatchObject({ won: 1, lost: 2 });
  });

  it('counts leads without a score, but in no tier', () => {
    expect(board([[bornOn('12')], [bornOn('12'), on('12T09:00', scored(60, { score: scoreOf(60) }))]])).toMatchObject({ leads: 2, newLeads: 2 });
  });
});

describe('figures that are told', () => {
  const zeros = Object.fromEntries(BOARD_FIGURES.map((figure) => [figure, 0])) as Record<BoardFigure, number>;

  it('are those that changed, with what they were; all of them where that is not known', () => {
    expect(figureChanges(zeros, { ...zeros, HOT: 2, WARM: 0 })).toEqual([{ figure: 'HOT', value: 2, previous: 0 }]);
    expect(figureChanges(zeros, zeros)).toEqual([]);
    expect(figureChanges(undefined, zeros)).toEqual(BOARD_FIGURES.map((figure) => ({ figure, value: 0, previous: null })));
  });

  it('are totals that the board is made of, too', () => {
    const asked = new Set(boardTotals(['2026-03-12']));
    expect(Object.values(figureTotals('2026-03-12')).filter((name) => !asked.has(name))).toEqual([]);
  });
});
