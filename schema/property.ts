/** Listings. */
import { toDecimal } from '../resolvers/scalars.ts';
import { listProperties } from '../resolvers/properties/list.ts';
import { propertyById } from '../resolvers/properties/property.ts';
import { dependsOn } from './authority.ts';
import { builder } from './builder.ts';
import { notPersonal, PERSONAL } from './cache-control.ts';
import { connectionType } from './connection.ts';
import { PropertyOrderEnum, PropertyStatusEnum } from './enums.ts';
import { keptFor } from './kept-for.ts';
import { GeoPointType } from './lead-parts.ts';
import { moneyField } from './money.ts';
import { NodeInterface } from './node.ts';
import { PropertyType } from './refs.ts';
import { isView } from './view-type.ts';

/** A cache on the way is told of changes; this is for those that it could not be told of. */
const FOR_A_MINUTE = notPersonal(60);

PropertyType.implement({
  description: 'A home on the market.',
  interfaces: [NodeInterface],
  extensions: { ...isView, ...FOR_A_MINUTE, ...keptFor(300) },
  fields: (t) => ({
    version: t.exposeInt('version'),
    externalId: t.exposeString('externalId', { description: "The listing's number in the source that it came from." }),
    status: t.expose('status', { type: PropertyStatusEnum }),
    price: t.field({ type: 'Decimal', resolve: (property) => toDecimal(property.priceMinor) }),
    previousPrice: moneyField(t, (property) => property.previousPriceMinor),
    bedrooms: t.exposeInt('bedrooms'),
    bathrooms: t.exposeFloat('bathrooms'),
    squareFeet: t.exposeInt('squareFeet'),
    lotSquareFeet: t.exposeInt('lotSquareFeet', { nullable: true }),
    floors: t.exposeFloat('floors', { nullable: true }),
    condition: t.exposeString('condition', { nullable: true }),
    yearBuilt: t.exposeInt('yearBuilt', { nullable: true }),
    propertyType: t.exposeString('propertyType'),
    address: t.exposeString('address', { nullable: true }),
    city: t.exposeString('city', { nullable: true }),
    neighbourhood: t.exposeString('neighbourhood', { nullable: true }),
    zip: t.exposeString('zip'),
    point: t.expose('point', { type: GeoPointType, nullable: true }),
    features: t.stringList({ resolve: (property) => property.features }),
    listedAt: t.expose('listedAt', { type: 'DateTime' }),
    withdrawnAt: t.expose('withdrawnAt', { type: 'DateTime', nullable: true }),
    withdrawnReason: t.exposeString('withdrawnReason', {
      nullable: true,
      // In somebody's own words, which may be about the seller.
      extensions: { ...PERSONAL },
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime' }),
  }),
});

const PropertyConnection = connectionType('Property', PropertyType, FOR_A_MINUTE);

const PropertyFilterInput = builder.inputType('PropertyFilter', {
  description: 'All that is given must hold.',
  fields: (t) => ({
    status: t.field({ type: PropertyStatusEnum }),
    propertyType: t.string(),
    city: t.string(),
    zip: t.string(),
    minPrice: t.field({ type: 'Decimal' }),
    maxPrice: t.field({ type: 'Decimal' }),
    minBedrooms: t.int(),
    text: t.string({ description: 'Words; each must be the beginning of a word of the address, city, neighbourhood or zip.' }),
  }),
});

builder.queryFields((t) => ({
  property: t.field({
    type: PropertyType,
    nullable: true,
    extensions: dependsOn('TENANT'),
    args: { id: t.arg.id({ required: true }), atLeast: t.arg.string({ description: 'A consistency token of a receipt.' }) },
    resolve: (_root, args, context) => propertyById(context, args.id, args.atLeast),
  }),
  properties: t.field({
    type: PropertyConnection,
    extensions: { ...dependsOn('TENANT'), ...keptFor(60) },
    args: {
      filter: t.arg({ type: PropertyFilterInput }),
      orderBy: t.arg({ type: PropertyOrderEnum, defaultValue: 'LISTED_DESC' }),
      first: t.arg.int({ defaultValue: 20, description: '1 to 100.' }),
      after: t.arg.string(),
    },
    resolve: (_root, args, context) => listProperties(context, args),
  }),
}));
