/** Ids that follow from what was asked, so that asking again means the same thing. Those that follow from a command: domain/stream-ids.ts. */
import { makeId, type PropertyId, type TenantId } from '../../domain/ids.ts';
import { keyedIdBody } from '../../platform/messages/new-id.ts';

/** One property for each listing number of a tenant. */
export async function propertyIdOf(tenant: TenantId, externalId: string): Promise<PropertyId> {
  return makeId('property', await keyedIdBody(tenant, `property:${externalId}`));
}
