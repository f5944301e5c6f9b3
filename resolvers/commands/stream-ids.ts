/** Ids that follow from what was asked, so that asking again means the same thing. */
import { ID_PREFIXES, makeId, type AgentId, type CommandId, type LeadId, type PropertyId, type TenantId } from '../../domain/ids.ts';
import { keyedIdBody } from '../../platform/messages/new-id.ts';

const bodyOf = (commandId: CommandId): string => commandId.slice(ID_PREFIXES.command.length);

/** The lead that a CreateLead makes: repeated, it is the same lead. */
export const leadIdOfCommand = (commandId: CommandId): LeadId => makeId('lead', bodyOf(commandId));
/** The agent that an UpsertAgent without an id makes. */
export const agentIdOfCommand = (commandId: CommandId): AgentId => makeId('agent', bodyOf(commandId));

/** One property for each listing number of a tenant. */
export async function propertyIdOf(tenant: TenantId, externalId: string): Promise<PropertyId> {
  return makeId('property', await keyedIdBody(tenant, `property:${externalId}`));
}
