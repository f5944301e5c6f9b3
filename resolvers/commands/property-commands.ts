/** The public commands on a property. */
import { id, orNull, text } from '../../domain/checks.ts';
import type { PropertyId } from '../../domain/ids.ts';
import { LIMITS } from '../../domain/limits.ts';
import { normalizeDetails } from '../../domain/property/decide.ts';
import type { UpsertProperty } from '../../domain/property/messages.ts';
import type { PropertyDetails } from '../../domain/property/property.ts';
import { toMinor } from '../scalars.ts';
import type { CommandDefinition, CommandScope } from './command.ts';
import { good } from './input-problems.ts';
import type { UpsertPropertyInput, WithdrawPropertyInput } from './inputs.ts';
import { propertyIdOf } from './stream-ids.ts';

/** What a listing's input says; `listedAt` where it does not say it itself. */
export const propertyDetails = (input: UpsertPropertyInput, listedAt: string): PropertyDetails => ({
  externalId: input.externalId,
  status: input.status ?? 'ACTIVE',
  priceMinor: toMinor(input.price),
  bedrooms: input.bedrooms,
  bathrooms: input.bathrooms,
  squareFeet: input.squareFeet,
  lotSquareFeet: input.lotSquareFeet ?? undefined,
  floors: input.floors ?? undefined,
  condition: input.condition ?? undefined,
  yearBuilt: input.yearBuilt ?? undefined,
  propertyType: input.propertyType,
  address: input.address ?? undefined,
  city: input.city ?? undefined,
  neighbourhood: input.neighbourhood ?? undefined,
  zip: input.zip,
  point: input.point ?? undefined,
  features: input.features ?? [],
  listedAt,
});

/** A listing that is there keeps the day on which it came on the market; a new one came today. */
async function listedAtOf(propertyId: PropertyId, { context, now }: CommandScope): Promise<string> {
  return (await context.loaders.property(propertyId))?.listedAt ?? now;
}

export const upsertProperty: CommandDefinition<UpsertPropertyInput> = {
  type: 'UpsertProperty',
  restricted: true,
  prepare: async (input, scope) => {
    const { externalId } = good(normalizeDetails(propertyDetails(input, input.listedAt ?? scope.now)));
    const propertyId = await propertyIdOf(scope.tenant, externalId);
    const details = propertyDetails(input, input.listedAt ?? (await listedAtOf(propertyId, scope)));
    const command: UpsertProperty = { type: 'UpsertProperty', propertyId, details };
    return { streamId: propertyId, command };
  },
};

export const withdrawProperty: CommandDefinition<WithdrawPropertyInput> = {
  type: 'WithdrawProperty',
  restricted: true,
  prepare: (input) => {
    const propertyId = good(id('property')(input.propertyId, 'propertyId'));
    const reason = good(orNull(text(LIMITS.reasonLength))(input.reason ?? null, 'reason')) ?? undefined;
    return { streamId: propertyId, command: { type: 'WithdrawProperty', propertyId, reason } };
  },
};
