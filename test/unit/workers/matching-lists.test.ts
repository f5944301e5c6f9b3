import { describe, expect, it } from 'vitest';
import type { PropertyMatch } from '../../../domain/matching/property-match.ts';
import type { Property } from '../../../domain/property/property.ts';
import { createCatalogue } from '../../../workers/matching/catalogue.ts';
import { firstThatMatters, LIST_MAX, listFor } from '../../../workers/matching/lists.ts';
import { createSentLists } from '../../../workers/matching/sent-lists.ts';
import { aHome, homeDetails, homeId } from '../../support/a-home.ts';
import { aLead, AT } from '../../support/a-lead.ts';
import { record } from '../../support/given.ts';

const lead = aLead();
const entering = (home: Property) => [new Map([[home.id, { id: home.id, home, mayEnter: true }]]), [home]] as const;

describe('a list of homes', () => {
  const homes = Array.from({ length: 30 }, (_, n) => aHome(`h${n}`));
  const full = listFor(lead, homes, AT);

  it('holds the best twenty', () => {
    expect(full).toHaveLength(LIST_MAX);
  });
  it('is empty for who only sells', () => {
    expect(listFor(aLead({ intent: 'SELLER' }), homes, AT)).toEqual([]);
  });
  it('changes by a home that is better than its last, and not by a worse one', () => {
    const worse = aHome('worse', { zip: '99999', bedrooms: 1 });
    const better = aHome('a-better', { listedAt: '2025-01-01T00:00:00.000Z' });
    expect(firstThatMatters(lead, full, ...entering(worse), AT)).toBeNull();
    expect(firstThatMatters(lead, full, ...entering(better), AT)).toBe(better.id);
  });
  it('changes by any home worth offering while it is short', () => {
    expect(firstThatMatters(lead, full.slice(0, 3), ...entering(aHome('h29')), AT)).toBe(homeId('h29'));
  });
  it('changes when one of its homes leaves or suits otherwise, and not when it stays as it was', () => {
    const [first] = full;
    const id = first?.propertyId ?? homeId('h0');
    const changed = (home: Property | null) => new Map([[id, { id, home, mayEnter: false }]]);
    expect(firstThatMatters(lead, full, changed(null), [], AT)).toBe(id);
    expect(firstThatMatters(lead, full, changed(aHome('h0', { id, priceMinor: 46_000_000 })), [], AT)).toBe(id);
    expect(firstThatMatters(lead, full, changed(aHome('h0', { id, version: 2 })), [], AT)).toBeNull();
  });
});

describe('the catalogue', () => {
  it('never goes back to an older version, also of a home that is gone', () => {
    const catalogue = createCatalogue();
    const id = homeId('a');
    catalogue.applyEvent(record(id, 1, { type: 'PropertyListed', details: homeDetails() }));
    catalogue.applyEvent(record(id, 3, { type: 'PropertyWithdrawn' }));
    catalogue.apply(aHome('a', { version: 2 }));
    expect(catalogue.get(id)).toBeNull();
    expect(catalogue.size).toBe(0);
    catalogue.apply(aHome('a', { version: 4 }));
    expect([...catalogue.active()].map(({ version }) => version)).toEqual([4]);
  });
});

describe('lists that were sent', () => {
  const match = (name: string): PropertyMatch => ({ propertyId: homeId(name), score: 80, confidence: 1, reasons: [], matchedAt: AT });
  const command = (...names: string[]) => ({
    tenant: lead.tenant,
    streamId: lead.id,
    lane: 'cold' as const,
    dedupeKey: names.join(),
    command: { type: 'RecordMatches' as const, leadId: lead.id, matches: names.map(match), basedOnVersion: 1 },
  });

  it('stand for what the lead has until the views know it', () => {
    const sent = createSentLists();
    expect(sent.held(lead)).toBe(lead.matches);
    sent.note([command('a')]);
    expect(sent.held(lead)).toEqual([{ propertyId: homeId('a'), score: 80 }]);
  });
  it('are expected back in their order; an older one at the end, or one of somebody else, is not', () => {
    const sent = createSentLists();
    sent.note([command('a'), command('b'), command('c')]);
    expect(sent.expected(lead, [match('a')])).toBe(true);
    expect(sent.expected(lead, [match('c')])).toBe(true);
    expect(sent.expected(lead, [match('b')])).toBe(false);
    expect(sent.expected(lead, [match('x')])).toBe(false);
  });
  it('of others count as well: the first one is taken for what it is, another one is to be checked', () => {
    const sent = createSentLists();
    expect(sent.expected(lead, [match('a')])).toBe(true);
    expect(sent.expected(lead, [match('a')])).toBe(true);
    expect(sent.expected(lead, [match('b')])).toBe(false);
  });
});
