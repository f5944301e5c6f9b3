import { describe, expect, it } from 'vitest';
import type { Interaction } from '../../../domain/lead/commands.ts';
import { leadsToMatch, propertyChanges } from '../../../workers/matching/triggers.ts';
import { leadsToScore } from '../../../workers/scoring/triggers.ts';
import { homeDetails, homeId } from '../../support/a-home.ts';
import { LEAD, NOW, record, TENANT } from '../../support/given.ts';

const interaction = (kind: 'PAGE_VIEW' | 'PROPERTY_PASSED'): Interaction =>
  kind === 'PAGE_VIEW' ? { kind, at: NOW } : { kind, at: NOW, propertyId: homeId('a') };
const created = record(LEAD, 1, { type: 'LeadCreated', lead: {}, tags: [], madeUp: false });
const viewed = record(LEAD, 2, { type: 'InteractionRecorded', interaction: interaction('PAGE_VIEW') });
const noted = record(LEAD, 3, { type: 'NoteAdded', noteId: 'n', text: 't' });
const passed = record(LEAD, 4, { type: 'InteractionRecorded', interaction: interaction('PROPERTY_PASSED') });
const renamed = record(LEAD, 5, { type: 'LeadUpdated', changes: { firstName: 'Ada' } });
const richer = record(LEAD, 6, { type: 'LeadUpdated', changes: { preferences: { budgetMaxMinor: 1 } } });
const matched = record(LEAD, 7, { type: 'PropertiesMatched', matches: [] });

describe('what asks for a score', () => {
  it('is each lead once, by its newest event that matters', () => {
    expect(leadsToScore([created, viewed, noted])).toEqual([{ tenant: TENANT, streamId: LEAD, lane: 'hot', version: 2, trace: undefined }]);
  });
  it('is no note, no list of homes and no score', () => {
    expect(leadsToScore([noted, matched])).toEqual([]);
  });
});

describe('what asks for matches', () => {
  it.each([
    ['a new lead', created, true],
    ['a page view', viewed, false],
    ['a home passed on', passed, true],
    ['another name', renamed, false],
    ['another budget', richer, true],
  ])('%s', (_, event, asks) => {
    expect(leadsToMatch([event])).toHaveLength(asks ? 1 : 0);
  });
  it('a recorded list is only to be checked, but not where the wishes changed as well', () => {
    expect(leadsToMatch([matched])).toMatchObject([{ version: 7, recorded: [] }]);
    expect(leadsToMatch([richer, matched])[0]).not.toHaveProperty('recorded');
  });

  const home = homeId('a');
  const change = (version: number, event: Parameters<typeof record>[2]) => record(home, version, event);
  const listed = change(1, { type: 'PropertyListed', details: homeDetails() });
  const priced = (from: number, to: number) =>
    change(2, { type: 'PropertyChanged', details: homeDetails({ priceMinor: to }), changed: ['priceMinor'], previousPriceMinor: from });
  it.each([
    ['a listing', listed, true],
    ['a lower price', priced(2, 1), true],
    ['a higher price', priced(1, 2), false],
    ['back on the market', change(2, { type: 'PropertyChanged', details: homeDetails(), changed: ['status'] }), true],
    ['sold', change(2, { type: 'PropertyChanged', details: homeDetails({ status: 'SOLD' }), changed: ['status'] }), false],
    ['withdrawn', change(2, { type: 'PropertyWithdrawn' }), false],
  ])('a home may enter new lists: %s', (_, event, mayEnter) => {
    expect(propertyChanges([event]).get(TENANT)).toMatchObject([{ id: home, mayEnter }]);
  });
  it('each home once, as of its newest event', () => {
    expect(propertyChanges([listed, priced(1, 2)]).get(TENANT)).toMatchObject([{ version: 2, mayEnter: true }]);
  });
});
