/** Generators of listings. */
import * as fc from 'fast-check';
import type { PropertyId } from '../../../domain/ids.ts';
import type { PropertyCommand } from '../../../domain/property/messages.ts';
import { PROPERTY_STATUSES, type Property, type PropertyDetails } from '../../../domain/property/property.ts';
import { NOW, TENANT } from '../given.ts';
import { propertyIds, times } from './leads.ts';

export const listings: fc.Arbitrary<PropertyDetails> = fc.record(
  {
    externalId: fc.constantFrom('100', '200'),
    status: fc.constantFrom(...PROPERTY_STATUSES, 'ACTIVE', 'ACTIVE', 'ACTIVE'),
    priceMinor: fc.integer({ min: 1, max: 120_000_000 }),
    bedrooms: fc.integer({ min: 0, max: 8 }),
    bathrooms: fc.integer({ min: 0, max: 24 }).map((quarters) => quarters / 4),
    squareFeet: fc.integer({ min: 0, max: 8_000 }),
    propertyType: fc.constantFrom('SINGLE_FAMILY', 'Condo', 'townhouse'),
    zip: fc.constantFrom('98052', '98006', '98103'),
    city: fc.constantFrom('Redmond', 'Seattle'),
    point: fc.record({ lat: fc.double({ min: 47, max: 48, noNaN: true }), lon: fc.double({ min: -123, max: -121, noNaN: true }) }),
    features: fc.uniqueArray(fc.constantFrom('Garage', 'Heated pool', 'View'), { maxLength: 3 }),
    listedAt: times,
    yearBuilt: fc.integer({ min: 1900, max: 2026 }),
  },
  { requiredKeys: ['externalId', 'status', 'priceMinor', 'bedrooms', 'bathrooms', 'squareFeet', 'propertyType', 'zip', 'features', 'listedAt'] },
);

export const properties: fc.Arbitrary<Property> = fc
  .record({ details: listings, id: propertyIds })
  .map(({ details, id }) => ({ ...details, id, tenant: TENANT, version: 1, createdAt: NOW, updatedAt: NOW }));

/** Commands on one property. */
export const propertyCommands = (propertyId: PropertyId): fc.Arbitrary<PropertyCommand> =>
  fc.oneof(
    { weight: 4, arbitrary: listings.map((details): PropertyCommand => ({ type: 'UpsertProperty', propertyId, details })) },
    { weight: 1, arbitrary: fc.constant<PropertyCommand>({ type: 'WithdrawProperty', propertyId }) },
  );
