import { describe, expect, it } from 'vitest';
import { normalizeEmail, normalizePhone, normalizeTags } from '../../../domain/lead/normalize.ts';
import { normalizeInteraction } from '../../../domain/lead/normalize-interaction.ts';
import { normalizePatch } from '../../../domain/lead/normalize-patch.ts';
import { emailToClaim } from '../../../domain/lead/email-claim.ts';
import { Problem } from '../../../domain/problem.ts';
import { parseTime } from '../../../domain/time.ts';
import { LEAD, NOW } from '../../support/given.ts';

describe('an email', () => {
  it.each([
    [' Ada@Example.COM ', 'ada@example.com'],
    ['c.d+e@x.co.uk', 'c.d+e@x.co.uk'],
    ['müller@bücher.de', 'müller@bücher.de'],
  ])('%j is written down as %j', (given, kept) => expect(normalizeEmail(given, 'email')).toBe(kept));

  it.each(['', 'ada', 'ada@', '@x.org', 'a b@x.org', 'a@b', 'a@x..org', 'a@-x.org', `${'a'.repeat(250)}@x.org`, 7])('%j is refused', (given) =>
    expect(normalizeEmail(given, 'email')).toBeInstanceOf(Problem),
  );
});

describe('a phone number', () => {
  it.each([
    ['(206) 555-0100', '+12065550100'],
    ['1 206.555.0100', '+12065550100'],
    ['+44 20 7946 0958', '+442079460958'],
  ])('%j is written down as %j', (given, kept) => expect(normalizePhone(given, 'phone')).toBe(kept));

  it.each(['', '555-0100', '+0123456789', '+1234567890123456', '206555010x', 'call me'])('%j is refused', (given) =>
    expect(normalizePhone(given, 'phone')).toBeInstanceOf(Problem),
  );
});

describe('tags', () => {
  it('are trimmed, and one tag whatever their case', () => expect(normalizeTags([' VIP ', 'vip', 'first   time'], 'tags')).toEqual(['VIP', 'first time']));
  it('say which of them is wrong', () => expect(normalizeTags(['a', ' '], 'tags')).toEqual(new Problem('tags.1', 'must not be empty')));
  it('are at most 50 of 50 characters', () => {
    expect(
      normalizeTags(
        Array.from({ length: 51 }, (_, i) => `t${i}`),
        'tags',
      ),
    ).toBeInstanceOf(Problem);
    expect(normalizeTags(['x'.repeat(51)], 'tags')).toBeInstanceOf(Problem);
  });
});

describe('what is told of a lead', () => {
  it('comes into our form; empty texts clear, unknown fields are dropped', () => {
    const patch = {
      firstName: '  Ada\u0000 \n Lovelace ',
      lastName: ' ',
      email: 'ADA@x.org',
      preferences: { locations: [' Redmond', 'redmond'], timeline: null },
      rank: 1,
    };
    expect(normalizePatch(patch)).toEqual({
      firstName: 'Ada Lovelace',
      lastName: null,
      email: 'ada@x.org',
      preferences: { locations: ['Redmond'], timeline: null },
    });
  });

  it.each([
    [{ firstName: 'x'.repeat(101) }, 'firstName'],
    [{ timeZone: 'Mars/Olympus' }, 'timeZone'],
    [{ preferences: { budgetMaxMinor: 10.5 } }, 'preferences.budgetMaxMinor'],
    [{ preferences: { budgetMinMinor: -1 } }, 'preferences.budgetMinMinor'],
    [{ preferences: { bedroomsMin: 51 } }, 'preferences.bedroomsMin'],
    [{ preferences: { bathroomsMin: 1.25 } }, 'preferences.bathroomsMin'],
    [{ preferences: { point: { lat: 91, lon: 0 } } }, 'preferences.point.lat'],
    [{ preferences: { locations: ['a', 'x'.repeat(101)] } }, 'preferences.locations.1'],
    [{ preferences: { motivation: 'x'.repeat(1_001) } }, 'preferences.motivation'],
    [{ campaign: { utmSource: 'x'.repeat(201) } }, 'campaign.utmSource'],
  ])('%j: the problem names %s', (patch, field) => expect(normalizePatch(patch)).toMatchObject({ field }));

  it('survives input of any shape', () => {
    for (const broken of [
      null,
      7,
      'x',
      { source: null },
      { preferences: 7 },
      { preferences: null },
      { email: {} },
      { preferences: { locations: 'Redmond' } },
    ]) {
      expect(normalizePatch(broken as never)).toBeInstanceOf(Problem);
    }
  });

  it('keeps half characters and control characters out, which a database would refuse', () => {
    expect(normalizePatch({ lastName: 'a\uD800b' })).toEqual({ lastName: 'a\uFFFDb' });
  });
});

describe('an interaction', () => {
  it('has its time in UTC', () => {
    const at = '2026-03-10T12:00:00+01:00';
    expect(normalizeInteraction({ kind: 'PAGE_VIEW', at, url: '/x' }, NOW)).toEqual({ kind: 'PAGE_VIEW', at: '2026-03-10T11:00:00.000Z', url: '/x' });
  });

  it.each([
    [{ kind: 'DANCED', at: NOW }, 'interaction.kind'],
    [{ kind: 'PAGE_VIEW', at: 'yesterday' }, 'interaction.at'],
    [{ kind: 'MESSAGE_IN', at: NOW, text: 'x'.repeat(10_001), channel: 'sms' }, 'interaction.text'],
    [{ kind: 'MESSAGE_IN', at: NOW, text: 'x' }, 'interaction.channel'],
    [{ kind: 'PROPERTY_VIEWED', at: NOW, propertyId: 'lead_1' }, 'interaction.propertyId'],
    [{ kind: 'PROPERTY_VIEWED', at: NOW, propertyId: 'prop_1', priceMinor: -1 }, 'interaction.priceMinor'],
  ])('%j: the problem names %s', (interaction, field) => expect(normalizeInteraction(interaction as never, NOW)).toMatchObject({ field }));
});

describe('times', () => {
  it.each([
    ['2026-01-31T17:00:00Z', '2026-01-31T17:00:00.000Z'],
    ['2026-01-31T17:00-08:00', '2026-02-01T01:00:00.000Z'],
  ])('%s is %s', (given, kept) => expect(parseTime(given)).toBe(kept));
  it.each(['2026-01-31', '2026-01-31T17:00:00', '2026-02-30T00:00:00Z', '2026-13-01T00:00:00Z', '0001-01-01T00:00:00Z', 'now'])('%s is none', (given) =>
    expect(parseTime(given)).toBeNull(),
  );
});

describe('the email that a command claims', () => {
  it('is in our form, and none where it is not set or no email', () => {
    expect(emailToClaim({ type: 'UpdateLead', leadId: LEAD, changes: { email: ' ADA@x.org' } })).toBe('ada@x.org');
    expect(emailToClaim({ type: 'UpdateLead', leadId: LEAD, changes: { email: null } })).toBeNull();
    expect(emailToClaim({ type: 'UpdateLead', leadId: LEAD, changes: { email: 'nonsense' } })).toBeNull();
    expect(emailToClaim({ type: 'ScoreLead', leadId: LEAD })).toBeNull();
  });
});
