/** Names on the wire. */
import { LANES, type Lane } from '../../domain/messages.ts';
import type { StreamId, TenantId } from '../../domain/ids.ts';

export const commandTopic = (lane: Lane): string => `leads.commands.${lane}`;
export const eventTopic = (lane: Lane): string => `leads.events.${lane}`;
/** The lane whose topic it is; null for the dead letters and for what is none of ours. */
export const laneOfTopic = (topic: string): Lane | null => LANES.find((lane) => topic === commandTopic(lane) || topic === eventTopic(lane)) ?? null;
export const DEAD_LETTER_TOPIC = 'leads.dead-letters';
export const ALL_TOPICS: readonly string[] = [...LANES.map(commandTopic), ...LANES.map(eventTopic), DEAD_LETTER_TOPIC];

/** The consumer group of a role in a lane. */
export const groupOf = (role: string, lane: Lane): string => `${role}.${lane}`;

/** The roles that read commands, and those that read events: each in every lane, in a group of its own. A new reader is added here, or the log forgets too soon. */
export const COMMAND_READERS = ['command-handler'] as const;
export const EVENT_READERS = ['projector', 'scoring', 'matching'] as const;

export interface ReadTopic {
  readonly topic: string;
  readonly groups: readonly string[];
}
const readBy = (topicOf: (lane: Lane) => string, roles: readonly string[]): readonly ReadTopic[] =>
  LANES.map((lane) => ({ topic: topicOf(lane), groups: roles.map((role) => groupOf(role, lane)) }));
/** Who must have finished a record before it may be deleted. Dead letters have no reader: they stay. */
export const COMMAND_TOPICS = readBy(commandTopic, COMMAND_READERS);
export const EVENT_TOPICS = readBy(eventTopic, EVENT_READERS);
/** A record's key: everything of one lead keeps its order. */
export const recordKey = (tenant: TenantId, streamId: StreamId): string => `${tenant}:${streamId}`;
