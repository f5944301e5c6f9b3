/** Ids that follow from the command that makes the stream: asked again, it is the same lead; and who knows the lead knows what made it. */
import { ID_PREFIXES, isId, makeId, type AgentId, type CommandId, type LeadId, type StreamId } from './ids.ts';
import type { Command } from './messages.ts';

const bodyOf = (commandId: CommandId): string => commandId.slice(ID_PREFIXES.command.length);

/** The lead that a CreateLead makes: repeated, it is the same lead. */
export const leadIdOfCommand = (commandId: CommandId): LeadId => makeId('lead', bodyOf(commandId));
/** The agent that an UpsertAgent without an id makes. */
export const agentIdOfCommand = (commandId: CommandId): AgentId => makeId('agent', bodyOf(commandId));

/** The CreateLead that makes this lead, where it came by our own API (a lead from a CRM has its id from there). Null for what is no lead. */
export const creationOf = (streamId: StreamId): CommandId | null =>
  isId('lead', streamId) ? makeId('command', streamId.slice(ID_PREFIXES.lead.length)) : null;

/** Commands that may be the first of their stream; every other needs it to be there. */
const CREATION_TYPES: readonly Command['type'][] = ['CreateLead', 'UpsertProperty', 'UpsertAgent'];
export const isCreation = ({ type }: Command): boolean => CREATION_TYPES.includes(type);
