/** Specifications of the domain that read as sentences: given these facts, when this is asked, then these facts follow. */
import { expect } from 'vitest';
import { decide, fold, isLead, streamOf, type Aggregate } from '../../domain/aggregate.ts';
import type { Decision, DecisionContext } from '../../domain/decision.ts';
import { makeId, tenantId, type AgentId, type CommandId, type LeadId, type PropertyId, type StreamId } from '../../domain/ids.ts';
import type { Lead } from '../../domain/lead/lead.ts';
import type { Command, CommandEnvelope, DomainEvent, Rejection, RecordedEvent } from '../../domain/messages.ts';

export const TENANT = tenantId('acme');
export const LEAD: LeadId = makeId('lead', '1');
export const PROPERTY: PropertyId = makeId('property', '1');
export const AGENT: AgentId = makeId('agent', '1');
/** Noon in Los Angeles: no quiet hour. */
export const NOW = '2026-03-10T20:00:00.000Z';

/** A fact, recorded NOW or at the time given. */
export type Fact = DomainEvent | { readonly at: string; readonly event: DomainEvent };

/** The record of one fact. */
export function record<E extends DomainEvent>(streamId: StreamId, version: number, event: E, at: string = NOW): RecordedEvent<E> {
  const actor = { id: 'user-1', roles: ['AGENT' as const] };
  return {
    schema: 1,
    id: `${streamId}@${version}`,
    tenant: TENANT,
    streamId,
    version,
    commandId: makeId('command', `${version}`),
    actor,
    lane: 'hot',
    at,
    event,
  };
}

/** The envelope that a command travels in. */
export function envelopeOf(command: Command, id: CommandId = makeId('command', 'now'), issuedAt: string = NOW): CommandEnvelope {
  const actor = { id: 'user-1', roles: ['AGENT' as const] };
  return { schema: 1, id, tenant: TENANT, streamId: streamOf(command), actor, lane: 'hot', issuedAt, fingerprint: 'f', command };
}

export const contextOf = (envelope: CommandEnvelope, more: Partial<DecisionContext> = {}): DecisionContext => ({
  at: envelope.issuedAt,
  commandId: envelope.id,
  actorId: envelope.actor.id,
  ...more,
});

/** The state that the facts come to. */
export const stateFrom = (streamId: StreamId, facts: readonly Fact[]): Aggregate | null =>
  fold(facts.map((fact, i) => ('event' in fact ? record(streamId, i + 1, fact.event, fact.at) : record(streamId, i + 1, fact))));

export function leadFrom(facts: readonly Fact[]): Lead {
  const state = stateFrom(LEAD, facts);
  if (state === null || !isLead(state)) throw new Error('these facts make no lead');
  return state;
}

interface When {
  /** The decision on the command, NOW or in the context given. */
  when(command: Command, context?: Partial<DecisionContext>): Decision;
}

/** `expect(given(created()).when(rename)).toEqual(applied(renamed))`. */
export const given = (...facts: readonly Fact[]): When => ({
  when(command, context = {}) {
    const envelope = envelopeOf(command, context.commandId, context.at);
    return decide(envelope, stateFrom(streamOf(command), facts), contextOf(envelope, context));
  },
});

/** What follows: these facts, in this order, and no others. Without facts: carried out, but nothing was to change. */
export const applied = (...events: readonly DomainEvent[]): Decision => ({ outcome: 'APPLIED', events });

/** The command is refused; of the reason only what is told here is compared. */
export const refused = (code: Rejection['code'], { field, message }: { readonly field?: string; readonly message?: RegExp } = {}): unknown => ({
  outcome: 'REJECTED',
  rejection: expect.objectContaining({
    code,
    ...(field === undefined ? {} : { field }),
    ...(message === undefined ? {} : { message: expect.stringMatching(message) }),
  }),
});
