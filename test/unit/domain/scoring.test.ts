import { describe, expect, it } from 'vitest';
import type { Preferences } from '../../../domain/lead/lead.ts';
import type { DomainEvent } from '../../../domain/messages.ts';
import { FEATURES } from '../../../domain/scoring/features.ts';
import { messageQuality } from '../../../domain/scoring/message-quality.ts';
import { responseMinutes, urgencyOf } from '../../../domain/scoring/response-times.ts';
import { scoreByRules } from '../../../domain/scoring/rules.ts';
import { tierOf } from '../../../domain/scoring/tiers.ts';
import { created, happened, matchOf, weWrote, wrote } from '../../support/facts.ts';
import { LEAD, leadFrom, NOW, PROPERTY } from '../../support/given.ts';

const times = (n: number, event: DomainEvent): DomainEvent[] => Array.from({ length: n }, () => event);
const emails = (sent: number, opened: number, clicked: number): DomainEvent[] => [
  ...times(sent, happened({ kind: 'EMAIL_SENT', at: NOW })),
  ...times(opened, happened({ kind: 'EMAIL_OPENED', at: NOW })),
  ...times(clicked, happened({ kind: 'EMAIL_CLICKED', at: NOW })),
];
const pageViews = (n: number): DomainEvent[] => times(n, happened({ kind: 'PAGE_VIEW', at: NOW }));
const matched = (n: number): DomainEvent => ({ type: 'PropertiesMatched', matches: Array.from({ length: n }, (_, i) => matchOf(i + 1, 70)) });
const viewed = (priceMinor: number): DomainEvent => happened({ kind: 'PROPERTY_VIEWED', at: NOW, propertyId: PROPERTY, priceMinor });
const wants = (preferences: Partial<Preferences>): DomainEvent => created({ firstName: 'Ada', preferences });

describe('the score by rules gives the check values of the replaced system', () => {
  it('nothing known: raw .26, score 21.67, COLD', () => {
    const { score, raw } = scoreByRules(leadFrom([created()]), NOW);
    expect(raw).toBeCloseTo(0.26, 10);
    expect(score).toMatchObject({ value: 21.67, tier: 'COLD', source: 'RULES', modelVersion: 'rules-1', degraded: false, scoredAt: NOW });
  });

  it('some engagement, SOON: raw .56375, score 56.38, WARM', () => {
    const lead = leadFrom([
      created({ firstName: 'Ada', source: 'PAID_ADS', preferences: { timeline: 'SOON', budgetMaxMinor: 35_000_000 } }),
      ...emails(10, 3, 1),
      weWrote('Hello', '2026-03-10T00:00:00.000Z'),
      wrote('Looking for 3 bedrooms in this area', '2026-03-10T10:00:00.000Z'),
      ...pageViews(6),
      viewed(42_000_000),
      matched(2),
    ]);
    const { score, raw } = scoreByRules(lead, NOW);
    expect(raw).toBeCloseTo(0.56375, 10);
    expect(score).toMatchObject({ value: 56.38, tier: 'WARM' });
  });

  it('little engagement, EXPLORING: raw .2231, score 18.59, COLD', () => {
    const lead = leadFrom([wants({ timeline: 'EXPLORING' }), ...emails(8, 1, 0), wrote('just looking')]);
    const { score, raw } = scoreByRules(lead, NOW);
    expect(raw).toBeCloseTo(0.2231, 4);
    expect(score).toMatchObject({ value: 18.59, tier: 'COLD' });
  });

  it('every feature full, IMMEDIATE, REFERRAL: 100, HOT', () => {
    const lead = leadFrom([
      created({ firstName: 'Ada', source: 'REFERRAL', preferences: { timeline: 'IMMEDIATE', budgetMaxMinor: 42_000_000 } }),
      ...emails(1, 1, 1),
      weWrote('Hello', '2026-03-10T00:00:00.000Z'),
      wrote(`Cash buyer, asap! When? Where? How? ${'a'.repeat(200)}`, '2026-03-10T00:30:00.000Z'),
      ...pageViews(20),
      viewed(42_000_000),
      matched(10),
    ]);
    expect(scoreByRules(lead, NOW).score).toMatchObject({ value: 100, tier: 'HOT', confidence: 0.93 });
  });
});

describe('the score by rules', () => {
  it('weighs its features to 1 in all', () => {
    expect(Object.values(FEATURES).reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
  });

  it('explains every feature, signed against neutral', () => {
    const { score } = scoreByRules(leadFrom([created({ firstName: 'Ada', source: 'COLD_CALL', preferences: { timeline: 'EXPLORING' } })]), NOW);
    expect(score.factors).toHaveLength(8);
    expect(score.factors.find(({ name }) => name === 'timeline')).toEqual({
      name: 'timeline',
      contribution: -5,
      explanation: 'They are only exploring so far.',
    });
    expect(score.factors.every(({ explanation }) => explanation.endsWith('.'))).toBe(true);
    expect(score.reasons).toEqual(['They are only exploring so far.']);
  });

  it('adds a bonus where strong signs come together, and says so', () => {
    const plain = leadFrom([wants({ timeline: 'IMMEDIATE', budgetMaxMinor: 40_000_000 })]);
    const strong = leadFrom([wants({ timeline: 'IMMEDIATE', budgetMaxMinor: 40_000_000 }), viewed(40_000_000), matched(3)]);
    const names = (lead: typeof plain) => scoreByRules(lead, NOW).score.factors.map(({ name }) => name);
    expect(names(plain)).not.toContain('intentBonus');
    expect(scoreByRules(strong, NOW).score.factors.find(({ name }) => name === 'intentBonus')?.contribution).toBe(20);
  });

  it('takes the least budget where no greatest one is known', () => {
    const lead = leadFrom([wants({ budgetMinMinor: 21_000_000 }), viewed(42_000_000)]);
    expect(scoreByRules(lead, NOW).score.factors[0]).toMatchObject({ name: 'budgetFit', contribution: 0 });
  });

  it('counts what is missing against its confidence', () => {
    expect(scoreByRules(leadFrom([created()]), NOW).score.confidence).toBe(0.44);
  });

  it('says that an AI was wanted where it is told so, in the score and in the insight', () => {
    const { score, insight } = scoreByRules(leadFrom([created()]), NOW, { degraded: true });
    expect(score).toMatchObject({ source: 'RULES', degraded: true });
    expect(insight).toMatchObject({ source: 'RULES', degraded: true, at: NOW });
  });

  it('holds in its insight only what it knows', () => {
    const { insight } = scoreByRules(leadFrom([created()]), NOW);
    expect(insight.opportunities).toEqual([]);
    expect(insight.risks).toContain('No budget is known.');
    expect(insight.expectedTimeline).toBeUndefined();
  });

  it('never looks at who the person is', () => {
    const told = { timeline: 'SOON' as const };
    const one = leadFrom([
      created({ firstName: 'Ada', lastName: 'King', email: 'ada@example.com', preferences: { ...told, currentSituation: 'married, 3 children, 62' } }),
    ]);
    const other = leadFrom([created({ firstName: 'Omar', phone: '+12065550100', preferences: { ...told, motivation: 'near a mosque and good schools' } })]);
    expect(scoreByRules(one, NOW)).toEqual(scoreByRules(other, NOW));
    expect(LEAD).toBe(one.id);
  });
});

describe('message quality', () => {
  it.each([
    ['', 0],
    ['just looking', 0.018],
    ['Looking for 3 bedrooms in this area', 0.2525],
    ['Already there', 0.0195],
    [`asap? now? here? ${'x'.repeat(300)}`, 1],
  ])('of %j is %d', (text, quality) => expect(messageQuality(text)).toBeCloseTo(quality, 10));
});

describe('tiers', () => {
  it.each([
    [70, 0.5, 'HOT'],
    [69.99, 0.5, 'WARM'],
    [50, 0.5, 'WARM'],
    [49.99, 0.9, 'COLD'],
    [79.99, 0.49, 'WARM'],
    [80, 0.49, 'HOT'],
    [59.99, 0.49, 'COLD'],
    [60, 0.49, 'WARM'],
  ] as const)('%d with confidence %d is %s', (value, confidence, tier) => expect(tierOf(value, confidence)).toBe(tier));
});

describe('response times', () => {
  it.each([
    [100, 'URGENT', 15],
    [85, 'URGENT', 15],
    [84.99, 'HOT', 60],
    [70, 'HOT', 60],
    [50, 'WARM', 240],
    [49.99, 'COLD', 1_440],
    [0, 'COLD', 1_440],
  ] as const)('for %d: %s, %d minutes', (value, urgency, minutes) => {
    expect(urgencyOf(value)).toBe(urgency);
    expect(responseMinutes(value)).toBe(minutes);
  });
});
