import { describe, expect, it } from 'vitest';
import { fold } from '../../../domain/aggregate.ts';
import type { DomainEvent } from '../../../domain/messages.ts';
import { claimAfter } from '../../../domain/lead/email-claim.ts';
import { created, happened, matchOf, scored, weWrote, wrote } from '../../support/facts.ts';
import { LEAD, leadFrom, NOW, PROPERTY, record } from '../../support/given.ts';

const at = (time: string, event: DomainEvent) => ({ at: `2026-03-10T${time}:00.000Z`, event });
const clock = (time: string): string => `2026-03-10T${time}:00.000Z`;

describe('a lead', () => {
  it('begins with what was told and the defaults for the rest', () => {
    const lead = leadFrom([created({ firstName: 'Ada', preferences: { bedroomsMin: 2 } }, { tags: ['vip'] })]);
    expect(lead).toMatchObject({
      id: LEAD,
      version: 1,
      stage: 'NEW',
      source: 'OTHER',
      intent: 'BUYER',
      timeZone: 'America/Los_Angeles',
      tags: ['vip'],
      createdAt: NOW,
    });
    expect(lead.preferences).toMatchObject({ bedroomsMin: 2, timeline: 'UNKNOWN', locations: [] });
  });
  it('takes changes in: undefined leaves, null clears', () => {
    const lead = leadFrom([
      created({ firstName: 'Ada', lastName: 'K' }),
      { type: 'LeadUpdated', changes: { lastName: null, phone: undefined, preferences: { timeline: 'SOON' } } },
    ]);
    expect(lead.firstName).toBe('Ada');
    expect('lastName' in lead).toBe(false);
    expect(lead.preferences.timeline).toBe('SOON');
  });
  it('counts replies from the first message after one of ours', () => {
    const { engagement } = leadFrom([created(), weWrote('Hi', clock('08:00')), wrote('Yes?', clock('10:00')), wrote('Hello?', clock('12:00'))]);
    expect(engagement).toMatchObject({ messagesIn: 2, messagesOut: 1, replies: 1, replyHoursSum: 2, lastActivityAt: clock('12:00') });
  });
  it('keeps the last 50 views in the order they happened', () => {
    const views = Array.from({ length: 60 }, (_, i) =>
      happened({ kind: 'PROPERTY_VIEWED', at: clock(`10:${String(59 - i).padStart(2, '0')}`), propertyId: PROPERTY, priceMinor: 100 }),
    );
    const { engagement } = leadFrom([created(), ...views]);
    expect(engagement).toMatchObject({ propertyViews: 60, viewedPriced: 60, viewedPriceSumMinor: 6_000 });
    expect(engagement.recentViews.map(({ at }) => at)).toEqual(Array.from({ length: 50 }, (_, i) => clock(`10:${String(i + 10).padStart(2, '0')}`)));
  });
  it('saves a home or passes on it, never both; a passed one matches no more', () => {
    const saw = (kind: 'PROPERTY_SAVED' | 'PROPERTY_PASSED') => happened({ kind, at: NOW, propertyId: PROPERTY });
    const matched: DomainEvent = { type: 'PropertiesMatched', matches: [matchOf(1, 80), matchOf(2, 70)] };
    const lead = leadFrom([created(), matched, saw('PROPERTY_SAVED'), saw('PROPERTY_PASSED')]);
    expect(lead.engagement).toMatchObject({ saves: 1, savedPropertyIds: [], passedPropertyIds: [PROPERTY] });
    expect(lead.matches.map(({ propertyId }) => propertyId)).toEqual(['prop_2']);
  });
  it('refuses a fact that nobody knows rather than fold a wrong state', () => expect(() => leadFrom([{ type: 'Danced' } as never])).toThrow(/Danced/));
});

describe('the time to answer', () => {
  it('follows from the first score, and a later score does not start it again', () => {
    const lead = leadFrom([at('08:00', created()), at('08:01', scored(90)), at('09:00', scored(72, { previous: { value: 90, tier: 'HOT' } }))]);
    expect(lead).toMatchObject({ responseDueAt: clock('09:01'), previousScore: 90, scoredVersion: 1 });
  });
  it('runs from the first message that nobody answered', () => {
    const lead = leadFrom([created(), wrote('Hi', clock('07:00')), wrote('Anybody?', clock('07:30')), at('08:00', scored(90))]);
    expect(lead.responseDueAt).toBe(clock('07:15'));
  });
  it('is over once we wrote, and begins again when the person does', () => {
    const answered = [created(), at('08:00', scored(90)), weWrote('Hello', clock('08:10'))];
    expect(leadFrom(answered)).toMatchObject({ respondedAt: clock('08:10') });
    expect(leadFrom(answered).responseDueAt).toBeUndefined();
    expect(leadFrom([...answered, at('08:20', scored(95))]).responseDueAt).toBeUndefined();
    const asked = leadFrom([...answered, happened({ kind: 'PROPERTY_INQUIRED', at: clock('09:00'), propertyId: PROPERTY })]);
    expect(asked.respondedAt).toBeUndefined();
    expect(asked.responseDueAt).toBe(clock('09:15'));
  });
  it('is not opened by what we hear late of and have answered since', () => {
    expect(leadFrom([created(), scored(90), weWrote('Hello', clock('09:00')), wrote('Hi', clock('08:00'))]).responseDueAt).toBeUndefined();
  });
  it('is not ended by a message from before the person’s own', () => {
    expect(leadFrom([created(), scored(90), wrote('Hi', clock('09:00')), weWrote('Hello', clock('08:00'))]).responseDueAt).toBe(clock('09:15'));
  });
  it.each(['CONTACTED', 'LOST'] as const)('is over once the lead left NEW for %s', (to) => {
    const lead = leadFrom([created(), scored(90), { type: 'StageChanged', from: 'NEW', to }]);
    expect(lead.responseDueAt).toBeUndefined();
    expect(lead).toMatchObject({ stage: to, respondedAt: NOW });
  });
});

describe('a lead that was erased', () => {
  const history: DomainEvent[] = [
    created({ firstName: 'Ada', email: 'ada@x.org', source: 'PORTAL', preferences: { motivation: 'a secret' } }, { tags: ['secret'] }),
    wrote('a secret'),
    { type: 'NoteAdded', noteId: 'note_1', text: 'a secret' },
    { type: 'FollowUpScheduled', taskId: 'task_1', title: 'a secret', dueAt: NOW },
    scored(90),
  ];
  const kept = { stage: 'NEW', stageSince: NOW, source: 'PORTAL', intent: 'BUYER', madeUp: false } as const;

  it('holds nothing personal', () => {
    const lead = leadFrom([...history, { type: 'LeadErased', kept }]);
    expect(JSON.stringify(lead)).not.toMatch(/secret|Ada|ada@/);
    expect(lead).toMatchObject({ id: LEAD, version: 6, source: 'PORTAL', createdAt: NOW, erasedAt: NOW, notes: [], tasks: [], tags: [], matches: [] });
    expect(lead.score).toBeUndefined();
  });
  it('is the same when it is replayed from what is left of its facts', () => {
    const live = fold([...history, { type: 'LeadErased' as const, kept }].map((event, i) => record(LEAD, i + 1, event)));
    const left: DomainEvent[] = [...history.map(({ type }) => ({ type: 'Redacted' as const, of: type })), { type: 'LeadErased', kept }];
    expect(fold(left.map((event, i) => record(LEAD, i + 1, event)))).toEqual(live);
  });
  it('gives its email up', () => {
    const before = leadFrom(history);
    expect(claimAfter(null, before)).toBe('ada@x.org');
    expect(claimAfter(before, leadFrom([...history, { type: 'LeadErased' }]))).toBeNull();
    expect(claimAfter(before, leadFrom([...history, scored(10)]))).toBeUndefined();
  });
  it('looks erased even where only unreadable facts are at hand', () => expect(leadFrom([{ type: 'Redacted', of: 'LeadCreated' }]).erasedAt).toBe(NOW));
});
