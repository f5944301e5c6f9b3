import { describe, expect, it } from 'vitest';
import { commandLane, eventLane, laneOf } from '../../../domain/lanes.ts';
import { agentIndex } from '../../../domain/views/agent-index.ts';
import { agentFacet, cityFacet, priceKey, scoreKey, tagFacet } from '../../../domain/views/index-names.ts';
import { leadIndex } from '../../../domain/views/lead-index.ts';
import { propertyIndex } from '../../../domain/views/property-index.ts';
import * as receipts from '../../../domain/views/receipts.ts';
import { scoreHistoryEntry } from '../../../domain/views/score-history.ts';
import { timelineEntry } from '../../../domain/views/timeline.ts';
import { queryWords, searchWords } from '../../../domain/views/words.ts';
import { COMMAND_STATUSES } from '../../../domain/messages.ts';
import { created, happened, listing, scored, scoreOf, wrote } from '../../support/facts.ts';
import { AGENT, envelopeOf, LEAD, leadFrom, NOW, PROPERTY, record, TENANT } from '../../support/given.ts';

const details = { firstName: 'Ada', lastName: 'O’Neil-King', email: 'ada.k@x.org', phone: '+12065550100' };

describe('a lead in lists', () => {
  const lead = leadFrom([
    created({ ...details, source: 'PORTAL', preferences: { point: { lat: 47, lon: -122 } } }, { tags: ['VIP'], agentId: AGENT }),
    scored(56.38, { score: scoreOf(56.38, { degraded: true }) }),
  ]);
  it('is found by what it is', () => {
    expect(leadIndex(lead)).toEqual({
      facets: ['tier:WARM', 'stage:NEW', 'source:PORTAL', 'agent:agent_1', 'tag:vip', 'degraded:1'],
      sorts: { SCORE: '05638', UPDATED: NOW, CREATED: NOW, DUE: '2026-03-11T00:00:00.000Z' },
      fields: { score: 56.38, updatedAt: NOW, createdAt: NOW, due: '2026-03-11T00:00:00.000Z', lat: 47, lon: -122 },
      words: expect.arrayContaining(['ada', 'o’neil-king', 'king', 'ada.k@x.org', 'vip', '12065550100', '2065550100', '5550100']),
      adds: { leads: 1, 'created@2026-03-10': 1, 'tier:WARM': 1, 'WARM@2026-03-10': 1 },
    });
    expect([agentFacet(AGENT), tagFacet('Vip ')]).toEqual(['agent:agent_1', 'tag:vip']);
  });
  it('without a score comes last and is not due', () => {
    expect(leadIndex(leadFrom([created()]))).toMatchObject({ sorts: { SCORE: '00000' }, facets: ['stage:NEW', 'source:OTHER'] });
    expect(leadIndex(leadFrom([created()]))?.sorts).not.toHaveProperty('DUE');
  });
  it('that was erased is in none', () => expect(leadIndex(leadFrom([created(), { type: 'LeadErased' }]))).toBeNull());
  it('sorts as text as its numbers do', () => expect([scoreKey(0), scoreKey(9.99), scoreKey(100)]).toEqual(['00000', '00999', '10000']));
});

describe('words', () => {
  it('are found without case and accents', () => expect(searchWords(['José  (Pepe)', undefined])).toEqual(['jose', 'pepe']));
  it.each([
    ['(206) 555-0100', ['2065550100']],
    ['555-0100', ['5550100']],
    [' José King, ', ['jose', 'king']],
    ['ada.k@x.org', ['ada.k@x.org']],
    ['98052 98006', ['98052', '98006']],
    [' ', []],
  ])('asked for as %j are %j', (query, words) => expect(queryWords(query)).toEqual(words));
});

describe('properties and agents in lists', () => {
  const head = { tenant: TENANT, version: 1, createdAt: NOW, updatedAt: NOW };
  it('are found by what they are', () => {
    const index = propertyIndex({ ...head, id: PROPERTY, ...listing({ address: '1 Main St' }) });
    expect(index.facets).toEqual(['status:ACTIVE', 'zip:98052', cityFacet('REDMOND'), 'type:single_family']);
    expect(index.sorts).toEqual({ PRICE: priceKey(40_000_000), LISTED: '2026-03-01T00:00:00.000Z', UPDATED: NOW });
    expect(index.fields).toEqual({ price: 40_000_000, bedrooms: 3, bathrooms: 2, squareFeet: 1_800 });
    expect(index.words).toEqual(['1', 'main', 'st', 'redmond', '98052']);
    const agent = {
      ...head,
      id: AGENT,
      name: 'Grace',
      email: 'g@x.org',
      role: 'AGENT',
      territory: { zips: [] },
      capacity: 3,
      available: true,
      timeZone: 'UTC',
      madeUp: false,
    } as const;
    expect(agentIndex(agent)).toMatchObject({ facets: ['role:AGENT', 'available:1'], sorts: { NAME: 'grace' } });
  });
});

describe('the timeline', () => {
  it('tells each fact in a sentence, with what it holds', () => {
    expect(timelineEntry(record(LEAD, 3, { type: 'StageChanged', from: 'OFFER', to: 'UNDER_CONTRACT' }))).toEqual({
      version: 3,
      type: 'StageChanged',
      at: NOW,
      actorId: 'user-1',
      summary: 'Stage: offer → under contract.',
      details: { from: 'OFFER', to: 'UNDER_CONTRACT' },
    });
  });
  it.each([
    [created(), 'The lead came in.'],
    [{ type: 'LeadUpdated', changes: { firstName: 'A', preferences: { budgetMaxMinor: 1 } } } as const, 'Changed: first name, budget max.'],
    [wrote('x'.repeat(200)), `They wrote: ${'x'.repeat(120)}…`],
    [happened({ kind: 'EMAIL_OPENED', at: NOW }), 'They opened an email.'],
    [scored(80, { previous: { value: 60, tier: 'WARM' } }), 'Score: 60 → 80 (HOT, by the AI).'],
    [{ type: 'TagsChanged', added: ['a'], removed: ['b'] } as const, 'Tags: added a; removed b.'],
    [{ type: 'Redacted', of: 'NoteAdded' } as const, 'What stood here was erased.'],
  ])('%j reads %j', (event, summary) => expect(timelineEntry(record(LEAD, 1, event)).summary).toBe(summary));
  it('shows a fact of a newer program rather than fail', () =>
    expect(timelineEntry(record(LEAD, 1, { type: 'PartyHeld' } as never)).summary).toBe('party held'));
  it('has the history of the score beside it', () => {
    expect(scoreHistoryEntry(record(LEAD, 2, scored(80)))).toMatchObject({
      version: 2,
      at: NOW,
      value: 80,
      previous: null,
      tier: 'HOT',
      modelVersion: 'test-1',
    });
    expect(scoreHistoryEntry(record(LEAD, 1, created()))).toBeNull();
  });
});

describe('a receipt', () => {
  const accepted = receipts.acceptedReceipt(envelopeOf({ type: 'ScoreLead', leadId: LEAD }));
  it('goes forward only', () => {
    const visible = receipts.receiptVisible(receipts.receiptApplied(accepted, NOW, 2), NOW);
    expect(visible).toMatchObject({ status: 'VISIBLE', version: 2, appliedAt: NOW, visibleAt: NOW });
    expect(receipts.receiptApplied(visible, 'later', 3)).toBe(visible);
    expect(receipts.laterReceipt(visible, accepted)).toBe(visible);
  });
  it('of a dead letter that was replayed is applied after all, and its error is gone', () => {
    const dead = receipts.receiptDeadLettered(accepted, 'could not be read');
    expect(dead).toMatchObject({ status: 'DEAD_LETTERED', error: { code: 'INTERNAL' } });
    expect(receipts.receiptApplied(dead, NOW, 2)).toMatchObject({ status: 'APPLIED', error: undefined });
  });
  it('has one place for each status', () => {
    expect(new Set(COMMAND_STATUSES.map(receipts.receiptVersion)).size).toBe(COMMAND_STATUSES.length);
    expect(COMMAND_STATUSES.filter((status) => !receipts.isSettled(status))).toEqual(['ACCEPTED', 'APPLIED']);
    expect(receipts.receiptRejected(accepted, { code: 'NOT_FOUND', message: 'x' }).status).toBe('REJECTED');
  });
});

describe('lanes', () => {
  it('follow the tier; a new lead is hot', () =>
    expect([laneOf(undefined), laneOf('HOT'), laneOf('WARM'), laneOf('COLD')]).toEqual(['hot', 'hot', 'warm', 'cold']));
  it('of commands: bulk is cold, listings are warm', () => {
    expect(commandLane({ type: 'CreateLead', bulk: false })).toBe('hot');
    expect(commandLane({ type: 'CreateLead', bulk: true })).toBe('cold');
    expect(commandLane({ type: 'UpsertProperty', bulk: false })).toBe('warm');
    expect(commandLane({ type: 'AddTag', tier: 'COLD', bulk: false })).toBe('cold');
  });
  it('of facts: what came in the cold lane stays there', () => {
    const hot = leadFrom([created(), scored(90)]);
    expect([eventLane(hot, 'warm'), eventLane(hot, 'cold'), eventLane(leadFrom([created()]), 'warm')]).toEqual(['hot', 'cold', 'hot']);
  });
});
