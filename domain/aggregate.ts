/**
 * The one door to the business for whoever carries out commands or folds events: leads, properties and agents alike.
 * What kind a stream is stands in its id.
 */
import type { Agent } from './agent/agent.ts';
import { decideAgent } from './agent/decide.ts';
import { evolveAgent } from './agent/evolve.ts';
import type { AgentCommand, AgentEvent } from './agent/messages.ts';
import type { Decision, DecisionContext } from './decision.ts';
import { rejected } from './decisions.ts';
import { ID_PREFIXES, isId, type StreamId } from './ids.ts';
import { decideLead } from './lead/decide.ts';
import { evolveLead } from './lead/evolve.ts';
import type { LeadEvent } from './lead/events.ts';
import type { Lead } from './lead/lead.ts';
import type { Command, CommandEnvelope, RecordedEvent } from './messages.ts';
import { decideProperty } from './property/decide.ts';
import { evolveProperty } from './property/evolve.ts';
import type { PropertyCommand, PropertyEvent } from './property/messages.ts';
import type { Property } from './property/property.ts';

export type Aggregate = Lead | Property | Agent;

// The id of a state was checked when its first fact was folded: the prefix says the rest.
export const isLead = (state: Aggregate): state is Lead => state.id.startsWith(ID_PREFIXES.lead);
export const isProperty = (state: Aggregate): state is Property => state.id.startsWith(ID_PREFIXES.property);
export const isAgent = (state: Aggregate): state is Agent => state.id.startsWith(ID_PREFIXES.agent);

/** The stream that a command is about. */
export function streamOf(command: Command): StreamId {
  if (isPropertyCommand(command)) return command.propertyId;
  return isAgentCommand(command) ? command.agentId : command.leadId;
}

/** Carries the command's decision out in thought: the facts to record, or why not. */
export function decide(envelope: CommandEnvelope, state: Aggregate | null, context: DecisionContext): Decision {
  const { command, streamId } = envelope;
  if (streamOf(command) !== streamId) return rejected('BAD_USER_INPUT', `${command.type} is about ${streamOf(command)}, but came for ${streamId}`);
  if (isPropertyCommand(command)) return onOwnKind(streamId, 'property', state, isProperty, (property) => decideProperty(command, property, context));
  if (isAgentCommand(command)) return onOwnKind(streamId, 'agent', state, isAgent, (agent) => decideAgent(command, agent, context));
  return onOwnKind(streamId, 'lead', state, isLead, (lead) => decideLead(command, lead, context));
}

function onOwnKind<S extends Aggregate>(
  streamId: StreamId,
  kind: 'lead' | 'property' | 'agent',
  state: Aggregate | null,
  isOwn: (state: Aggregate) => state is S,
  decideOwn: (state: S | null) => Decision,
): Decision {
  if (!isId(kind, streamId) || (state !== null && !isOwn(state))) return rejected('BAD_USER_INPUT', `${String(streamId)} is not the id of a ${kind}`);
  return decideOwn(state);
}

/** The state after one more fact. Throws a TypeError where the fact cannot be one of that stream: a bug, never input. */
export function evolve(state: Aggregate | null, recorded: RecordedEvent): Aggregate {
  // Most are of leads.
  if (isLeadRecord(recorded)) return evolveLead(own(state, isLead, recorded), recorded);
  if (isPropertyRecord(recorded)) return evolveProperty(own(state, isProperty, recorded), recorded);
  if (isAgentRecord(recorded)) return evolveAgent(own(state, isAgent, recorded), recorded);
  throw new TypeError(`${recorded.id} is of no stream that is known`);
}

function own<S extends Aggregate>(state: Aggregate | null, isOwn: (state: Aggregate) => state is S, recorded: RecordedEvent): S | null {
  if (state === null || isOwn(state)) return state;
  throw new TypeError(`${recorded.id} does not belong to ${state.id}`);
}

/** The state that the events come to, in version order; null where there are none and no state to begin with. */
export const fold = (events: Iterable<RecordedEvent>, initial: Aggregate | null = null): Aggregate | null => {
  let state = initial;
  for (const recorded of events) state = evolve(state, recorded);
  return state;
};

const isPropertyCommand = (command: Command): command is PropertyCommand => command.type === 'UpsertProperty' || command.type === 'WithdrawProperty';
const isAgentCommand = (command: Command): command is AgentCommand => command.type === 'UpsertAgent';

const isPropertyRecord = (recorded: RecordedEvent): recorded is RecordedEvent<PropertyEvent> => isId('property', recorded.streamId);
const isAgentRecord = (recorded: RecordedEvent): recorded is RecordedEvent<AgentEvent> => isId('agent', recorded.streamId);
const isLeadRecord = (recorded: RecordedEvent): recorded is RecordedEvent<LeadEvent> => isId('lead', recorded.streamId);
