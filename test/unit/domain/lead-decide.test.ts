import { describe, expect, it } from 'vitest';
import { makeId } from '../../../domain/ids.ts';
import type { CreateLead, LeadCommand } from '../../../domain/lead/commands.ts';
import { created, listing } from '../../support/facts.ts';
import { AGENT, applied, given, LEAD, NOW, refused } from '../../support/given.ts';

const create = (more: Partial<CreateLead> = {}): CreateLead => ({
  type: 'CreateLead',
  leadId: LEAD,
  lead: { firstName: 'Ada' },
  onExisting: 'REJECT',
  ...more,
});
const update = (changes: Extract<LeadCommand, { type: 'UpdateLead' }>['changes']): LeadCommand => ({ type: 'UpdateLead', leadId: LEAD, changes });
const OTHER = makeId('lead', '2');

describe('creating a lead', () => {
  it('records what was told, in our form', () => {
    expect(
      given().when(
        create({ lead: { firstName: ' Ada ', email: 'ADA@x.org', lastName: null, preferences: { motivation: '' } }, tags: ['VIP', 'vip'], agentId: AGENT }),
      ),
    ).toEqual(applied({ type: 'LeadCreated', lead: { firstName: 'Ada', email: 'ada@x.org', preferences: {} }, tags: ['VIP'], agentId: AGENT, madeUp: false }));
  });
  it('needs something to know or reach the person by', () =>
    expect(given().when(create({ lead: { intent: 'BUYER' } }))).toEqual(refused('BAD_USER_INPUT', { field: 'name' })));
  it('refuses a budget that ends before it begins', () =>
    expect(given().when(create({ lead: { firstName: 'Ada', preferences: { budgetMinMinor: 2, budgetMaxMinor: 1 } } }))).toEqual(
      refused('BAD_USER_INPUT', { field: 'preferences.budgetMaxMinor' }),
    ));
  it('refuses an email that another lead owns, and names it', () =>
    expect(given().when(create({ lead: { email: 'ada@x.org' } }), { emailOwner: OTHER })).toEqual(refused('CONFLICT', { field: 'email', message: /lead_2/ })));
  it('takes in a person of the CRM whose email another lead owns, without it and with a note', () =>
    expect(given().when(create({ onExisting: 'MERGE', lead: { externalId: 'c2', email: 'ada@x.org' } }), { emailOwner: OTHER })).toEqual(
      applied(
        expect.objectContaining({ type: 'LeadCreated', lead: { externalId: 'c2' } }),
        expect.objectContaining({ type: 'NoteAdded', text: 'The email ada@x.org belongs to lead_2, too; it was left out here.' }),
      ),
    ));
  it('does not note a shared email twice', () => {
    const told = create({ onExisting: 'MERGE', lead: { externalId: 'c2', email: 'ada@x.org' } });
    const note = 'The email ada@x.org belongs to lead_2, too; it was left out here.';
    expect(given(created({ externalId: 'c2' }), { type: 'NoteAdded', noteId: 'note_1', text: note }).when(told, { emailOwner: OTHER })).toEqual(applied());
  });
  it('refuses a lead that is there', () => expect(given(created()).when(create())).toEqual(refused('CONFLICT', { message: /lead_1/ })));
  it('refuses a time zone that nobody knows', () =>
    expect(given().when(create({ lead: { firstName: 'A', timeZone: 'x' } }))).toEqual(refused('BAD_USER_INPUT', { field: 'timeZone' })));
  it('puts what is new into the lead that is there, where the caller says so', () =>
    expect(
      given(created({ firstName: 'Ada', email: 'ada@x.org' }, { tags: ['vip'] })).when(
        create({ onExisting: 'MERGE', lead: { firstName: 'Ada', lastName: 'King' }, tags: ['VIP', 'investor'] }),
      ),
    ).toEqual(applied({ type: 'LeadUpdated', changes: { lastName: 'King' } }, { type: 'TagsChanged', added: ['investor'], removed: [] })));
  it('changes nothing where the merge tells nothing new', () => expect(given(created()).when(create({ onExisting: 'MERGE' }))).toEqual(applied()));
  it('does not bring back a lead that was erased', () =>
    expect(given(created(), { type: 'LeadErased' }).when(create({ onExisting: 'MERGE' }))).toEqual(refused('NOT_FOUND', { message: /was erased/ })));
});

describe('updating a lead', () => {
  it('records only what really changed', () =>
    expect(
      given(created({ firstName: 'Ada', preferences: { bedroomsMin: 3 } })).when(
        update({ firstName: 'Ada', lastName: 'King', preferences: { bedroomsMin: 3, timeline: 'SOON' } }),
      ),
    ).toEqual(applied({ type: 'LeadUpdated', changes: { lastName: 'King', preferences: { timeline: 'SOON' } } })));
  it('changes nothing where all is so already', () =>
    expect(given(created({ firstName: 'Ada' })).when(update({ firstName: ' Ada', phone: null, preferences: { timeline: null, locations: [] } }))).toEqual(
      applied(),
    ));
  it('clears with null', () =>
    expect(given(created({ firstName: 'Ada', lastName: 'K' })).when(update({ lastName: null }))).toEqual(
      applied({ type: 'LeadUpdated', changes: { lastName: null } }),
    ));
  it('leaves something to know the person by', () =>
    expect(given(created()).when(update({ firstName: null }))).toEqual(refused('BAD_USER_INPUT', { field: 'name' })));
  it('looks at the budget as a whole', () =>
    expect(given(created({ firstName: 'Ada', preferences: { budgetMinMinor: 500 } })).when(update({ preferences: { budgetMaxMinor: 400 } }))).toEqual(
      refused('BAD_USER_INPUT', { field: 'preferences.budgetMaxMinor' }),
    ));
  it('lets a lead keep the email that it owns', () =>
    expect(given(created({ email: 'a@x.org' })).when(update({ email: 'A@x.org', lastName: 'K' }), { emailOwner: LEAD })).toEqual(
      applied({ type: 'LeadUpdated', changes: { lastName: 'K' } }),
    ));
  it('refuses the email of another lead', () =>
    expect(given(created()).when(update({ email: 'a@x.org' }), { emailOwner: OTHER })).toEqual(refused('CONFLICT', { field: 'email' })));
});

describe('every command', () => {
  it('finds nothing where there is no lead, and says which', () => expect(given().when(update({}))).toEqual(refused('NOT_FOUND', { message: /lead_1/ })));
  it('is refused where the caller expected another version', () =>
    expect(given(created()).when(update({ lastName: 'K' }), { expectedVersion: 3 })).toEqual(refused('VERSION_CONFLICT', { message: /version 1, not 3/ })));
  it('is carried out at the version that the caller expected', () =>
    expect(given(created()).when(update({ lastName: 'K' }), { expectedVersion: 1 })).toEqual(applied({ type: 'LeadUpdated', changes: { lastName: 'K' } })));
  it('finds nothing once the lead was erased', () =>
    expect(given(created(), { type: 'LeadErased' }).when(update({}))).toEqual(refused('NOT_FOUND', { message: /was erased/ })));
  it('of another kind of stream is refused', () =>
    expect(given().when({ type: 'UpsertProperty', propertyId: LEAD as never, details: listing() })).toEqual(
      refused('BAD_USER_INPUT', { message: /not the id of a property/ }),
    ));
  it('that nobody knows is refused', () =>
    expect(given(created()).when({ type: 'Dance', leadId: LEAD } as never)).toEqual(refused('BAD_USER_INPUT', { field: 'type' })));
});

describe('erasing a lead', () => {
  it('keeps what is nobody’s personal data', () =>
    expect(given(created({ firstName: 'Ada', source: 'REFERRAL', intent: 'SELLER' })).when({ type: 'EraseLead', leadId: LEAD })).toEqual(
      applied({ type: 'LeadErased', kept: { stage: 'NEW', stageSince: NOW, source: 'REFERRAL', intent: 'SELLER', madeUp: false } }),
    ));
  it('twice is erasing it once', () =>
    expect(given(created(), { type: 'LeadErased' }).when({ type: 'EraseLead', leadId: LEAD }, { expectedVersion: 1 })).toEqual(applied()));
});
