/** Enumerations, taken from the domain so that the two cannot drift apart. */
import { ROLES } from '../domain/agent/agent.ts';
import { INTERACTION_KINDS } from '../domain/lead/commands.ts';
import { FINANCINGS, INTENTS, LEAD_SOURCES, STAGES, TIMELINES } from '../domain/lead/lead.ts';
import { COMMAND_STATUSES, type Lane } from '../domain/messages.ts';
import { PROPERTY_STATUSES } from '../domain/property/property.ts';
import { SCORE_SOURCES, TIERS } from '../domain/scoring/score.ts';
import { WAITS } from '../resolvers/commands/command.ts';
import { LEAD_ORDERS } from '../resolvers/leads/lead-query.ts';
import { PROPERTY_ORDERS } from '../resolvers/properties/property-query.ts';
import { SCORE_DIRECTIONS } from '../resolvers/live/score-change.ts';
import { COMPONENT_STATUSES } from '../resolvers/component-health.ts';
import { builder } from './builder.ts';

/** The wire writes lanes in small letters, the API as every enumeration. */
const laneValues = { HOT: { value: 'hot' }, WARM: { value: 'warm' }, COLD: { value: 'cold' } } as const satisfies Record<
  Uppercase<Lane>,
  { readonly value: Lane }
>;

export const TierEnum = builder.enumType('Tier', {
  values: TIERS,
  description: 'From the score. HOT from 70, WARM from 50, else COLD; higher bars where the confidence is low.',
});
export const LeadSourceEnum = builder.enumType('LeadSource', { values: LEAD_SOURCES, description: 'Where a lead came from.' });
export const IntentEnum = builder.enumType('Intent', { values: INTENTS });
export const FinancingEnum = builder.enumType('Financing', { values: FINANCINGS });
export const TimelineEnum = builder.enumType('BuyingTimeline', { values: TIMELINES, description: 'IMMEDIATE: up to 30 days. SOON: up to 90.' });
export const StageEnum = builder.enumType('Stage', {
  values: STAGES,
  description: 'WON needs UNDER_CONTRACT before it; any stage may go to LOST or DORMANT and come back.',
});
export const ScoreSourceEnum = builder.enumType('ScoreSource', {
  values: SCORE_SOURCES,
  description: 'AI: the model. RULES: the rule scorer. STALE: an AI score younger than a day, served again while the AI is out of reach.',
});
export const InteractionKindEnum = builder.enumType('InteractionKind', { values: INTERACTION_KINDS });
export const PropertyStatusEnum = builder.enumType('PropertyStatus', { values: PROPERTY_STATUSES });
export const RoleEnum = builder.enumType('Role', { values: ROLES });
export const LaneEnum = builder.enumType('Lane', { values: laneValues, description: 'Priority of the work. Lanes change when, never what.' });
export const CommandStatusEnum = builder.enumType('CommandStatus', {
  values: COMMAND_STATUSES,
  description:
    'Goes forward only: ACCEPTED (safe in the log), APPLIED (recorded), VISIBLE (every gateway serves it); or REJECTED, or DEAD_LETTERED (put aside for people).',
});
export const WaitEnum = builder.enumType('WaitFor', {
  values: WAITS,
  description: 'How long a mutation holds its answer: until the command has this status, at most 5 seconds; it then answers with what is true.',
});
export const LeadOrderEnum = builder.enumType('LeadOrder', {
  values: LEAD_ORDERS,
  description: 'DUE_ASC lists only leads that wait for an answer, the most urgent first.',
});
export const PropertyOrderEnum = builder.enumType('PropertyOrder', { values: PROPERTY_ORDERS });
export const ScoreDirectionEnum = builder.enumType('ScoreDirection', { values: SCORE_DIRECTIONS, description: 'FIRST: there was no score before.' });
export const ComponentStatusEnum = builder.enumType('ComponentStatus', { values: COMPONENT_STATUSES, description: 'UNKNOWN: not heard of for 15 seconds.' });
