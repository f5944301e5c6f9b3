/** Generators of leads: what clients may say of them, and the commands on one. Good input mostly, broken input now and then. */
import * as fc from 'fast-check';
import { makeId, type LeadId } from '../../../domain/ids.ts';
import { INTERACTION_KINDS, type Interaction, type LeadCommand, type LeadPatch } from '../../../domain/lead/commands.ts';
import { FINANCINGS, INTENTS, LEAD_SOURCES, STAGES, TIMELINES } from '../../../domain/lead/lead.ts';
import type { PropertyMatch } from '../../../domain/matching/property-match.ts';
import { SCORE_SOURCES, TIERS, type LeadScore } from '../../../domain/scoring/score.ts';

const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });
const patchOf = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null | undefined> =>
  fc.oneof({ weight: 5, arbitrary }, { weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.constant(null) });

/** Times of one week, so that days and quiet hours are met. */
export const times: fc.Arbitrary<string> = fc
  .integer({ min: Date.parse('2026-03-07T00:00:00Z'), max: Date.parse('2026-03-14T00:00:00Z') })
  .map((ms) => new Date(ms).toISOString());
export const words: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('Ada', 'Lovelace', "O'Neil", '李', 'José', 'cash buyer, asap?', 'Looking for 3 bedrooms', 'already'),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
);
const tags = fc.constantFrom('vip', 'VIP', 'investor', ' first  time ', 'relocation', 'open house');
const emails = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom('ada@example.com', ' Ada@Example.com', 'bob@mail.example', 'c.d+e@x.org') },
  { weight: 1, arbitrary: fc.constantFrom('not an email', 'a@b', '@', '') },
);
const phones = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom('(206) 555-0100', '+44 20 7946 0958', '1-206-555-0101', '2065550102') },
  { weight: 1, arbitrary: fc.constantFrom('123', 'call me', '+') },
);
export const propertyIds = fc.integer({ min: 1, max: 12 }).map((n) => makeId('property', String(n)));
export const agentIds = fc.integer({ min: 1, max: 3 }).map((n) => makeId('agent', String(n)));
const lists = fc.array(fc.constantFrom('Redmond', 'redmond', '98052', 'Seattle, WA', 'pool', 'garage', 'CONDO', 'Single family'), { maxLength: 4 });

export const preferences: fc.Arbitrary<NonNullable<LeadPatch['preferences']>> = fc.record(
  {
    budgetMinMinor: patchOf(fc.integer({ min: 0, max: 60_000_000 })),
    budgetMaxMinor: patchOf(fc.integer({ min: 0, max: 90_000_000 })),
    financing: patchOf(fc.constantFrom(...FINANCINGS)),
    timeline: patchOf(fc.constantFrom(...TIMELINES)),
    timelineWords: patchOf(words),
    locations: patchOf(lists),
    point: patchOf(fc.record({ lat: fc.double({ min: 47, max: 48, noNaN: true }), lon: fc.double({ min: -123, max: -121, noNaN: true }) })),
    bedroomsMin: patchOf(fc.integer({ min: -1, max: 8 })),
    bathroomsMin: patchOf(fc.integer({ min: 0, max: 12 }).map((halves) => halves / 2)),
    squareFeetMin: patchOf(fc.integer({ min: 0, max: 3_000 })),
    squareFeetMax: patchOf(fc.integer({ min: 500, max: 6_000 })),
    propertyTypes: patchOf(lists),
    mustHaves: patchOf(lists),
    motivation: patchOf(words),
  },
  { requiredKeys: [] },
);

export const patches: fc.Arbitrary<LeadPatch> = fc.record(
  {
    firstName: patchOf(words),
    lastName: patchOf(words),
    email: patchOf(emails),
    phone: patchOf(phones),
    externalId: patchOf(fc.constantFrom('crm-1', 'crm-2')),
    source: maybe(fc.constantFrom(...LEAD_SOURCES)),
    intent: maybe(fc.constantFrom(...INTENTS)),
    campaign: maybe(fc.record({ name: patchOf(words), utmSource: patchOf(words) }, { requiredKeys: [] })),
    preferences: maybe(preferences),
    timeZone: maybe(
      fc.oneof({ weight: 9, arbitrary: fc.constantFrom('America/New_York', 'Europe/Berlin', 'UTC') }, { weight: 1, arbitrary: fc.constant('Mars/Olympus') }),
    ),
  },
  { requiredKeys: [] },
);

export const interactions: fc.Arbitrary<Interaction> = fc
  .record({ kind: fc.constantFrom(...INTERACTION_KINDS), at: times, text: words, propertyId: propertyIds, priceMinor: maybe(fc.nat(90_000_000)) })
  .map(({ kind, at, text, propertyId, priceMinor }): Interaction => {
    if (kind === 'MESSAGE_IN' || kind === 'MESSAGE_OUT') return { kind, at, text, channel: 'sms' };
    if (kind === 'PAGE_VIEW') return { kind, at, url: '/homes' };
    if (kind === 'EMAIL_SENT' || kind === 'EMAIL_OPENED' || kind === 'EMAIL_CLICKED') return { kind, at };
    return { kind, at, propertyId, priceMinor };
  });

export const scores: fc.Arbitrary<LeadScore> = fc.record({
  value: fc.integer({ min: 0, max: 10_000 }).map((hundredths) => hundredths / 100),
  confidence: fc.integer({ min: 0, max: 100 }).map((hundredths) => hundredths / 100),
  tier: fc.constantFrom(...TIERS),
  source: fc.constantFrom(...SCORE_SOURCES),
  factors: fc.constant([{ name: 'timeline', contribution: 5, explanation: 'They want to move soon.' }]),
  reasons: fc.constant([]),
  modelVersion: fc.constant('test-1'),
  scoredAt: times,
  degraded: fc.boolean(),
});

export const matches: fc.Arbitrary<PropertyMatch[]> = fc.uniqueArray(
  fc.record({
    propertyId: propertyIds,
    score: fc.integer({ min: 60, max: 100 }),
    confidence: fc.constant(1),
    reasons: fc.constant([]),
    matchedAt: times,
  }),
  { selector: (match) => match.propertyId, maxLength: 12 },
);

/** Commands on one lead. `taskIds` are those that follow-ups may be completed by. */
export function leadCommands(leadId: LeadId, taskIds: readonly string[] = ['task_1', 'task_2', 'task_5', 'task_9']): fc.Arbitrary<LeadCommand> {
  const of = <T extends LeadCommand['type']>(
    type: T,
    rest: { [K in keyof Omit<Extract<LeadCommand, { type: T }>, 'type' | 'leadId'>]: fc.Arbitrary<unknown> },
  ): fc.Arbitrary<LeadCommand> => fc.record(rest as Record<string, fc.Arbitrary<unknown>>).map((fields) => ({ type, leadId, ...fields }) as LeadCommand);
  const tag = tags;
  return fc.oneof(
    {
      weight: 2,
      arbitrary: of('CreateLead', {
        lead: patches,
        tags: maybe(fc.array(tags, { maxLength: 3 })),
        agentId: maybe(agentIds),
        onExisting: fc.constantFrom('REJECT', 'MERGE'),
      }),
    },
    { weight: 4, arbitrary: of('UpdateLead', { changes: patches }) },
    { weight: 8, arbitrary: of('RecordInteraction', { interaction: interactions }) },
    { weight: 4, arbitrary: of('ChangeStage', { stage: fc.constantFrom(...STAGES), reason: maybe(words) }) },
    { weight: 1, arbitrary: of('AssignLead', { agentId: fc.option(agentIds) }) },
    { weight: 1, arbitrary: of('AddNote', { text: words }) },
    { weight: 2, arbitrary: of('AddTag', { tag }) },
    { weight: 2, arbitrary: of('RemoveTag', { tag }) },
    { weight: 2, arbitrary: of('ScheduleFollowUp', { title: words, dueAt: times, agentId: maybe(agentIds) }) },
    { weight: 2, arbitrary: of('CompleteFollowUp', { taskId: fc.constantFrom(...taskIds), outcome: maybe(words) }) },
    { weight: 1, arbitrary: of('ScoreLead', {}) },
    { weight: 4, arbitrary: of('RecordScore', { score: scores, basedOnVersion: fc.integer({ min: 1, max: 6 }) }) },
    { weight: 1, arbitrary: of('MatchProperties', {}) },
    { weight: 5, arbitrary: of('RecordMatches', { matches, basedOnVersion: fc.constant(1) }) },
    { weight: 1, arbitrary: of('RecordAutomation', { rule: fc.constant('hot-lead'), actions: fc.constant(['notify']) }) },
    { weight: 1, arbitrary: of('EraseLead', {}) },
  );
}
