/** Changing listings. */
import { builder } from './builder.ts';
import { commandMutation } from './command-mutation.ts';
import { PropertyStatusEnum } from './enums.ts';
import { GeoPointInput } from './lead-inputs.ts';

const UpsertPropertyInput = builder.inputType('UpsertPropertyInput', {
  description: 'The whole listing; what is absent is not known.',
  fields: (t) => ({
    externalId: t.string({ required: true, description: "The listing's number in its source: one property per number." }),
    status: t.field({ type: PropertyStatusEnum, defaultValue: 'ACTIVE' }),
    price: t.field({ type: 'Decimal', required: true }),
    bedrooms: t.int({ required: true }),
    bathrooms: t.float({ required: true, description: 'In quarters: 1.75.' }),
    squareFeet: t.int({ required: true }),
    lotSquareFeet: t.int(),
    floors: t.float(),
    condition: t.string(),
    yearBuilt: t.int(),
    propertyType: t.string({ required: true }),
    address: t.string(),
    city: t.string(),
    neighbourhood: t.string(),
    zip: t.string({ required: true }),
    point: t.field({ type: GeoPointInput }),
    features: t.stringList(),
    listedAt: t.field({ type: 'DateTime', description: 'When it came on the market; absent: now.' }),
  }),
});

const WithdrawPropertyInput = builder.inputType('WithdrawPropertyInput', {
  fields: (t) => ({ propertyId: t.id({ required: true }), reason: t.string() }),
});

commandMutation('upsertProperty', UpsertPropertyInput, { description: 'Lists a property or changes its listing. Managers and admins only.' });
commandMutation('withdrawProperty', WithdrawPropertyInput, { description: 'Takes a property from the market. Managers and admins only.' });
