import { describe, expect, it } from 'vitest';
import { makeId } from '../../../domain/ids.ts';
import type { LeadCommand } from '../../../domain/lead/commands.ts';
import { STAGES } from '../../../domain/lead/lead.ts';
import { stageProblem } from '../../../domain/lead/stages.ts';
import { created, happened, matchOf, scored, scoreOf } from '../../support/facts.ts';
import { AGENT, applied, given, LEAD, NOW, PROPERTY, refused, type Fact } from '../../support/given.ts';

describe('stages', () => {
  it('go everywhere, but to WON from UNDER_CONTRACT only', () => {
    const refused = STAGES.flatMap((from) => STAGES.filter((to) => stageProblem(from, to) !== null).map((to) => `${from} to ${to}`));
    expect(refused).toEqual(STAGES.filter((from) => from !== 'UNDER_CONTRACT' && from !== 'WON').map((from) => `${from} to WON`));
  });
  it('change with the reason', () =>
    expect(given(created()).when({ type: 'ChangeStage', leadId: LEAD, stage: 'LOST', reason: ' moved away ' })).toEqual(
      applied({ type: 'StageChanged', from: 'NEW', to: 'LOST', reason: 'moved away' }),
    ));
  it('do not skip to WON', () =>
    expect(given(created()).when({ type: 'ChangeStage', leadId: LEAD, stage: 'WON' })).toEqual(refused('BAD_USER_INPUT', { field: 'stage' })));
  it('that are so already change nothing', () => expect(given(created()).when({ type: 'ChangeStage', leadId: LEAD, stage: 'NEW' })).toEqual(applied()));
  it('that nobody knows are refused', () =>
    expect(given(created()).when({ type: 'ChangeStage', leadId: LEAD, stage: 'HAPPY' as never })).toEqual(refused('BAD_USER_INPUT', { field: 'stage' })));
});

describe('agent, notes, tags and follow-ups', () => {
  it('assigns, and takes away', () => {
    expect(given(created()).when({ type: 'AssignLead', leadId: LEAD, agentId: AGENT })).toEqual(applied({ type: 'LeadAssigned', from: null, to: AGENT }));
    expect(given(created({ firstName: 'A' }, { agentId: AGENT })).when({ type: 'AssignLead', leadId: LEAD, agentId: null })).toEqual(
      applied({ type: 'LeadAssigned', from: AGENT, to: null }),
    );
    expect(given(created()).when({ type: 'AssignLead', leadId: LEAD, agentId: null })).toEqual(applied());
    expect(given(created()).when({ type: 'AssignLead', leadId: LEAD, agentId: PROPERTY as never })).toEqual(refused('BAD_USER_INPUT', { field: 'agentId' }));
  });
  it('gives a note the id that its command decides', () =>
    expect(given(created()).when({ type: 'AddNote', leadId: LEAD, text: ' called \n twice ' }, { commandId: makeId('command', 'c7') })).toEqual(
      applied({ type: 'NoteAdded', noteId: 'note_c7', text: 'called \n twice' }),
    ));
  it('refuses an empty note', () =>
    expect(given(created()).when({ type: 'AddNote', leadId: LEAD, text: ' ' })).toEqual(refused('BAD_USER_INPUT', { field: 'text' })));
  it('adds a tag once, whatever its case', () => {
    expect(given(created()).when({ type: 'AddTag', leadId: LEAD, tag: 'VIP ' })).toEqual(applied({ type: 'TagsChanged', added: ['VIP'], removed: [] }));
    expect(given(created({ firstName: 'A' }, { tags: ['vip'] })).when({ type: 'AddTag', leadId: LEAD, tag: 'VIP' })).toEqual(applied());
  });
  it('takes a tag away as it was written', () => {
    expect(given(created({ firstName: 'A' }, { tags: ['Vip'] })).when({ type: 'RemoveTag', leadId: LEAD, tag: 'VIP' })).toEqual(
      applied({ type: 'TagsChanged', added: [], removed: ['Vip'] }),
    );
    expect(given(created()).when({ type: 'RemoveTag', leadId: LEAD, tag: 'VIP' })).toEqual(applied());
  });
  it('holds at most 50 tags', () =>
    expect(
      given(created({ firstName: 'A' }, { tags: Array.from({ length: 50 }, (_, i) => `t${i}`) })).when({ type: 'AddTag', leadId: LEAD, tag: 'x' }),
    ).toEqual(refused('BAD_USER_INPUT', { field: 'tag' })));
  const planned = { type: 'FollowUpScheduled', taskId: 'task_c1', title: 'Call', dueAt: NOW } as const;
  it('plans a follow-up', () =>
    expect(
      given(created()).when(
        { type: 'ScheduleFollowUp', leadId: LEAD, title: 'Call', dueAt: '2026-03-10T13:00:00-07:00' },
        { commandId: makeId('command', 'c1') },
      ),
    ).toEqual(applied(planned)));
  it('refuses a follow-up without a time', () =>
    expect(given(created()).when({ type: 'ScheduleFollowUp', leadId: LEAD, title: 'Call', dueAt: 'tomorrow' })).toEqual(
      refused('BAD_USER_INPUT', { field: 'dueAt' }),
    ));
  it('completes a follow-up once', () => {
    const done = { type: 'FollowUpCompleted', taskId: 'task_c1', outcome: 'reached' } as const;
    const complete = { type: 'CompleteFollowUp', leadId: LEAD, taskId: 'task_c1', outcome: 'reached' } as const;
    expect(given(created(), planned).when(complete)).toEqual(applied(done));
    expect(given(created(), planned, done).when(complete)).toEqual(applied());
    expect(given(created()).when(complete)).toEqual(refused('NOT_FOUND', { field: 'taskId', message: /task_c1/ }));
  });
});

describe('interactions', () => {
  it('may be five minutes ahead of our clock, no more', () => {
    const seen = (at: string): LeadCommand => ({ type: 'RecordInteraction', leadId: LEAD, interaction: { kind: 'EMAIL_OPENED', at } });
    expect(given(created()).when(seen('2026-03-10T20:05:00.000Z'))).toEqual(applied(happened({ kind: 'EMAIL_OPENED', at: '2026-03-10T20:05:00.000Z' })));
    expect(given(created()).when(seen('2026-03-10T20:05:00.001Z'))).toEqual(refused('BAD_USER_INPUT', { field: 'interaction.at' }));
  });
});

describe('scores', () => {
  const recordScore = (value: number, basedOnVersion = 1): LeadCommand => ({ type: 'RecordScore', leadId: LEAD, score: scoreOf(value), basedOnVersion });
  it('are asked for', () => expect(given(created()).when({ type: 'ScoreLead', leadId: LEAD })).toEqual(applied({ type: 'ScoringRequested' })));
  it('tell the score before, and whether the tier changed', () => {
    expect(given(created()).when(recordScore(80))).toEqual(applied(scored(80)));
    expect(given(created(), scored(80)).when(recordScore(75, 2))).toEqual(
      applied(scored(75, { previous: { value: 80, tier: 'HOT' }, tierChanged: false, basedOnVersion: 2 })),
    );
  });
  it('from older knowledge than the one that stands are dropped', () =>
    expect(given(created(), created(), scored(80, { basedOnVersion: 2 })).when(recordScore(10))).toEqual(applied()));
  it('that are the same again are dropped', () => {
    expect(given(created(), scored(80)).when(recordScore(80))).toEqual(applied());
    expect(given(created(), scored(80)).when(recordScore(80, 2))).toEqual(
      applied(scored(80, { previous: { value: 80, tier: 'HOT' }, tierChanged: false, basedOnVersion: 2 })),
    );
  });
  it('out of range are refused', () => {
    expect(given(created()).when(recordScore(101))).toEqual(refused('BAD_USER_INPUT', { field: 'score.value' }));
    expect(given(created()).when(recordScore(Number.NaN))).toEqual(refused('BAD_USER_INPUT', { field: 'score.value' }));
    expect(given(created()).when(recordScore(50, 2))).toEqual(refused('BAD_USER_INPUT', { field: 'basedOnVersion' }));
  });
});

describe('matches', () => {
  const recordMatches = (...matches: ReturnType<typeof matchOf>[]): LeadCommand => ({ type: 'RecordMatches', leadId: LEAD, matches, basedOnVersion: 1 });
  const alerts = (command: LeadCommand, at: string, ...facts: readonly Fact[]): number => {
    const decision = given(...facts).when(command, { at });
    return decision.outcome === 'APPLIED' ? decision.events.filter(({ type }) => type === 'AlertRaised').length : -1;
  };
  const six = recordMatches(...[1, 2, 3, 4, 5, 6].map((n) => matchOf(n, 80)));
  it('are asked for', () => expect(given(created()).when({ type: 'MatchProperties', leadId: LEAD })).toEqual(applied({ type: 'MatchingRequested' })));
  it('raise an alert for each new one from 75', () => {
    const decision = given(created()).when(recordMatches(matchOf(1, 75), matchOf(2, 74.99)));
    expect(decision).toMatchObject({ events: [{ type: 'PropertiesMatched' }, { type: 'AlertRaised', propertyId: 'prop_1', score: 75 }] });
  });
  it('that are known raise none, unless they were below the line', () => {
    const known = { type: 'PropertiesMatched', matches: [matchOf(1, 80), matchOf(2, 70)] } as const;
    expect(alerts(recordMatches(matchOf(1, 85), matchOf(2, 70)), NOW, created(), known)).toBe(0);
    expect(alerts(recordMatches(matchOf(1, 80), matchOf(2, 76)), NOW, created(), known)).toBe(1);
  });
  it('that are the same change nothing', () =>
    expect(given(created(), { type: 'PropertiesMatched', matches: [matchOf(1, 80)] }).when(recordMatches(matchOf(1, 80)))).toEqual(applied()));
  it('raise at most five alerts in 24 hours', () => {
    const raised = { type: 'AlertRaised', alert: 'PROPERTY_MATCH', propertyId: makeId('property', '9'), score: 80, message: 'x' } as const;
    const at = (time: string) => ({ at: time, event: raised });
    expect(alerts(six, NOW, created())).toBe(5);
    expect(alerts(six, NOW, created(), at('2026-03-09T19:00:00.000Z'), at('2026-03-10T10:00:00.000Z'), at('2026-03-10T11:00:00.000Z'))).toBe(3);
  });
  it.each([
    ['2026-03-11T03:59:00.000Z', 5], // 20:59 in Los Angeles
    ['2026-03-11T04:00:00.000Z', 0], // 21:00
    ['2026-03-11T14:59:00.000Z', 0], // 07:59
    ['2026-03-11T15:00:00.000Z', 5], // 08:00
  ])('at %s raise %d alerts: the lead sleeps from 21 to 8', (at, count) => expect(alerts(six, at, created())).toBe(count));
  it('keep to the clocks of the lead', () =>
    expect(alerts(six, '2026-03-11T03:59:00.000Z', created({ firstName: 'A', timeZone: 'America/New_York' }))).toBe(0));
  it('leave out what the person passed on meanwhile', () =>
    expect(given(created(), happened({ kind: 'PROPERTY_PASSED', at: NOW, propertyId: PROPERTY })).when(recordMatches(matchOf(1, 80)))).toEqual(applied()));
});
