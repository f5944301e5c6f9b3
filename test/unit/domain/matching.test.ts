import { describe, expect, it } from 'vitest';
import { makeId } from '../../../domain/ids.ts';
import { distanceKm } from '../../../domain/geo.ts';
import type { Preferences } from '../../../domain/lead/lead.ts';
import { bestMatches, matchProperty } from '../../../domain/matching/match.ts';
import * as curves from '../../../domain/matching/curves.ts';
import { wantsOf } from '../../../domain/matching/wants.ts';
import type { Property, PropertyDetails } from '../../../domain/property/property.ts';
import { created, happened, listing } from '../../support/facts.ts';
import { leadFrom, NOW, PROPERTY, TENANT } from '../../support/given.ts';

const home = (more: Partial<PropertyDetails> = {}, id = '1'): Property => ({
  ...listing(more),
  id: makeId('property', id),
  tenant: TENANT,
  version: 1,
  createdAt: NOW,
  updatedAt: NOW,
});
const leadWith = (preferences: Partial<Preferences>) => leadFrom([created({ firstName: 'Ada', preferences })]);
const wants = (preferences: Partial<Preferences>) => wantsOf(leadWith(preferences), NOW);
const all: Partial<Preferences> = {
  budgetMaxMinor: 40_000_000,
  locations: ['Redmond, WA'],
  bedroomsMin: 3,
  bathroomsMin: 2,
  propertyTypes: ['single family'],
  squareFeetMin: 1_500,
  mustHaves: ['pool', 'garage'],
};

describe('a property', () => {
  it('that suits in everything scores 100 but for its time on the market', () =>
    expect(matchProperty(leadWith(all), home({ listedAt: '2025-01-01T00:00:00.000Z' }), NOW)).toMatchObject({
      propertyId: PROPERTY,
      score: 100,
      confidence: 1,
      matchedAt: NOW,
    }));
  it('is judged at .5 and without confidence where nothing was told', () =>
    expect(matchProperty(leadWith({}), home({ listedAt: NOW }), NOW)).toMatchObject({ score: 49, confidence: 0, reasons: [] }));
  it('over 115 % of the budget is never offered', () => {
    expect(matchProperty(leadWith({ budgetMaxMinor: 100 }), home({ priceMinor: 115 }), NOW)).not.toBeNull();
    expect(matchProperty(leadWith({ budgetMaxMinor: 100 }), home({ priceMinor: 116 }), NOW)).toBeNull();
  });
  it.each(['PENDING', 'SOLD', 'WITHDRAWN'] as const)('that is %s is never offered', (status) =>
    expect(matchProperty(leadWith(all), home({ status }), NOW)).toBeNull(),
  );
  it('that the person passed on is never offered', () => {
    const lead = leadFrom([created(), happened({ kind: 'PROPERTY_PASSED', at: NOW, propertyId: PROPERTY })]);
    expect(matchProperty(lead, home(), NOW)).toBeNull();
  });
  it('says why it suits, in sentences', () => {
    const reasons = matchProperty(leadWith({ ...all, mustHaves: ['view'] }), home({ priceMinor: 42_000_000, bedrooms: 2 }), NOW)?.reasons ?? [];
    expect(reasons).toContain('The price is 5 % over the budget.');
    expect(reasons).toContain('It is in Redmond, as asked.');
    expect(reasons).toContain('It has only 2 bedrooms; 3 were asked for.');
    expect(reasons).toContain('Its listing does not name view.');
    expect(reasons.every((reason) => reason.endsWith('.'))).toBe(true);
  });
});

describe('the curves', () => {
  it.each([
    [100, 1],
    [105, 0.8],
    [110, 0.5],
    [111, 0.1],
  ])('price %d at a budget of 100: %d', (priceMinor, fit) => expect(curves.price(wants({ budgetMaxMinor: 100 }), home({ priceMinor }))).toBe(fit));
  it('location: city, neighbourhood, zip, near, further, away', () => {
    const center = { lat: 47.67, lon: -122.12 };
    expect(curves.location(wants({ locations: ['REDMOND'] }), home())).toBe(1);
    expect(curves.location(wants({ locations: ['Ballard'] }), home({ neighbourhood: 'Ballard' }))).toBe(1);
    expect(curves.location(wants({ locations: ['98052'] }), home())).toBe(0.9);
    const near = (lat: number) => curves.location(wants({ point: center }), home({ point: { lat, lon: -122.12 } }));
    expect([near(47.7), near(47.8), near(47.9)]).toEqual([0.8, 0.5, 0.2]);
    expect(curves.location(wants({ locations: ['Tacoma'] }), home())).toBe(0.2);
    expect(curves.location(wants({}), home())).toBe(0.5);
  });
  it.each([
    [3, 1],
    [4, 0.9],
    [5, 0.8],
    [2, 0.5],
    [1, 0.2],
  ])('%d bedrooms where 3 were asked for: %d', (bedrooms, fit) => expect(curves.bedrooms(wants({ bedroomsMin: 3 }), home({ bedrooms }))).toBe(fit));
  it.each([
    [2.5, 1],
    [2, 1],
    [1.5, 0.7],
    [1.25, 0.3],
  ])('%d bathrooms where 2 were asked for: %d', (bathrooms, fit) => expect(curves.bathrooms(wants({ bathroomsMin: 2 }), home({ bathrooms }))).toBe(fit));
  it('type: as asked, or not', () => {
    expect(curves.type(wants({ propertyTypes: ['Single-Family'] }), home())).toBe(1);
    expect(curves.type(wants({ propertyTypes: ['Condo'] }), home())).toBe(0.3);
  });
  it.each([
    [1_000, 1],
    [750, 0.75],
    [50, 0.1],
    [2_400, 0.8],
    [9_000, 0.6],
  ])('%d square feet where 1,000 to 2,000 were asked for: %d', (squareFeet, fit) =>
    expect(curves.squareFeet(wants({ squareFeetMin: 1_000, squareFeetMax: 2_000 }), home({ squareFeet }))).toBeCloseTo(fit, 10),
  );
  it('must-haves: the share that is met', () => expect(curves.mustHaves(wants({ mustHaves: ['pool', 'view'] }), home())).toBe(0.5));
  it.each([
    ['2026-03-03T20:00:00.000Z', 0.3],
    ['2026-02-17T20:00:00.000Z', 0.6],
    ['2026-01-09T20:00:00.000Z', 0.9],
    ['2026-01-09T19:59:00.000Z', 1],
  ])('on the market since %s: %d', (listedAt, fit) => expect(curves.timeOnMarket(wants({}), home({ listedAt }))).toBe(fit));
  it('measures a degree of latitude as 111 km', () => expect(distanceKm({ lat: 47, lon: -122 }, { lat: 48, lon: -122 })).toBeCloseTo(111.2, 1));
});

describe('the best matches', () => {
  it('are those from 60, best first, equal ones by id, up to the limit', () => {
    const homes = [
      home({}, 'b'),
      home({}, 'a'),
      home({ bedrooms: 4 }, 'c'),
      home({ city: 'Tacoma', zip: '98401', bedrooms: 1, features: [], propertyType: 'Condo', priceMinor: 45_000_000 }, 'd'),
    ];
    expect(bestMatches(leadWith(all), homes, NOW).map(({ propertyId }) => propertyId)).toEqual(['prop_a', 'prop_b', 'prop_c']);
    expect(bestMatches(leadWith(all), homes, NOW, 1)).toHaveLength(1);
    expect(bestMatches(leadWith(all), homes, NOW)[0]).toEqual(matchProperty(leadWith(all), home({}, 'a'), NOW));
  });
  it('are none where nothing was told', () => expect(bestMatches(leadWith({}), [home()], NOW)).toEqual([]));
});
