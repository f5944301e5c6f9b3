/** What a filter and an order of properties mean to the read models. */
import type { PropertyStatus } from '../../domain/property/property.ts';
import { cityFacet, PROPERTY_FIELDS, statusFacet, typeFacet, zipFacet, type PropertyOrder as IndexOrder } from '../../domain/views/index-names.ts';
import { queryWords } from '../../domain/views/words.ts';
import type { ListPlan } from '../list-views.ts';
import { toMinor } from '../scalars.ts';

export const PROPERTY_ORDERS = ['LISTED_DESC', 'PRICE_ASC', 'PRICE_DESC', 'UPDATED_DESC'] as const;
export type PropertyOrder = (typeof PROPERTY_ORDERS)[number];

export interface PropertyFilter {
  readonly status?: PropertyStatus | null | undefined;
  readonly propertyType?: string | null | undefined;
  readonly city?: string | null | undefined;
  readonly zip?: string | null | undefined;
  /** Decimal text. */
  readonly minPrice?: string | null | undefined;
  readonly maxPrice?: string | null | undefined;
  readonly minBedrooms?: number | null | undefined;
  readonly text?: string | null | undefined;
}

const ORDERS: Readonly<Record<PropertyOrder, { readonly order: IndexOrder; readonly direction: 'ASC' | 'DESC' }>> = {
  LISTED_DESC: { order: 'LISTED', direction: 'DESC' },
  PRICE_ASC: { order: 'PRICE', direction: 'ASC' },
  PRICE_DESC: { order: 'PRICE', direction: 'DESC' },
  UPDATED_DESC: { order: 'UPDATED', direction: 'DESC' },
};
const WORDS_MAX = 10;

export function propertyPlan(filter: PropertyFilter, orderBy: PropertyOrder): ListPlan {
  const { status, propertyType, city, zip, minPrice, maxPrice, minBedrooms, text } = filter;
  return {
    kind: 'property',
    ...ORDERS[orderBy],
    facets: [
      ...(status == null ? [] : [statusFacet(status)]),
      ...(propertyType == null ? [] : [typeFacet(propertyType)]),
      ...(city == null ? [] : [cityFacet(city)]),
      ...(zip == null ? [] : [zipFacet(zip)]),
    ],
    where: [
      ...(minPrice == null ? [] : [{ field: PROPERTY_FIELDS.price, op: 'GTE', value: toMinor(minPrice) } as const]),
      ...(maxPrice == null ? [] : [{ field: PROPERTY_FIELDS.price, op: 'LTE', value: toMinor(maxPrice) } as const]),
      ...(minBedrooms == null ? [] : [{ field: PROPERTY_FIELDS.bedrooms, op: 'GTE', value: minBedrooms } as const]),
    ],
    words: queryWords(text ?? '').slice(0, WORDS_MAX),
  };
}
