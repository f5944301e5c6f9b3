/** How lists find a property. */
import type { Property } from '../property/property.ts';
import type { IndexEntry } from './index-entry.ts';
import { cityFacet, PROPERTY_FIELDS, priceKey, statusFacet, typeFacet, zipFacet } from './index-names.ts';
import { searchWords } from './words.ts';

export const propertyIndex = (property: Property): IndexEntry => ({
  facets: [
    statusFacet(property.status),
    zipFacet(property.zip),
    ...(property.city === undefined ? [] : [cityFacet(property.city)]),
    typeFacet(property.propertyType),
  ],
  sorts: { PRICE: priceKey(property.priceMinor), LISTED: property.listedAt, UPDATED: property.updatedAt },
  fields: {
    [PROPERTY_FIELDS.price]: property.priceMinor,
    [PROPERTY_FIELDS.bedrooms]: property.bedrooms,
    [PROPERTY_FIELDS.bathrooms]: property.bathrooms,
    [PROPERTY_FIELDS.squareFeet]: property.squareFeet,
  },
  words: searchWords([property.address, property.city, property.zip, property.neighbourhood]),
});
