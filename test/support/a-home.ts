/** A listing for tests; say what matters to the test and leave the rest. */
import { makeId, type PropertyId } from '../../domain/ids.ts';
import type { Property, PropertyDetails } from '../../domain/property/property.ts';
import { AT } from './a-lead.ts';
import { TENANT } from './given.ts';

export const homeId = (name: string): PropertyId => makeId('property', name);

export function homeDetails(traits: Partial<PropertyDetails> = {}): PropertyDetails {
  return {
    externalId: 'mls-1',
    status: 'ACTIVE',
    priceMinor: 40_000_000,
    bedrooms: 3,
    bathrooms: 2,
    squareFeet: 1_800,
    propertyType: 'Single Family',
    zip: '98103',
    features: ['garage'],
    listedAt: '2026-02-01T00:00:00.000Z',
    ...traits,
  };
}

export const aHome = (name: string, traits: Partial<Property> = {}): Property => ({
  ...homeDetails({ externalId: name }),
  tenant: TENANT,
  id: homeId(name),
  version: 1,
  createdAt: AT,
  updatedAt: AT,
  ...traits,
});
