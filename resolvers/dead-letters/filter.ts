/** From the API's filter to the port's. What no letter can have is refused, so that a slip is not taken for "there are none". */
import { isId, kindOfId } from '../../domain/ids.ts';
import type { DeadLetterFilter } from '../../platform/dead-letters/dead-letters.ts';
import { ALL_TOPICS, DEAD_LETTER_TOPIC } from '../../platform/log/topics.ts';
import { badInput } from '../errors.ts';

export interface DeadLetterFilterInput {
  readonly topic?: string | null | undefined;
  readonly type?: string | null | undefined;
  readonly leadId?: string | null | undefined;
  readonly entityId?: string | null | undefined;
  readonly commandId?: string | null | undefined;
  readonly reason?: string | null | undefined;
  readonly since?: string | null | undefined;
  readonly until?: string | null | undefined;
  readonly replayed?: boolean | null | undefined;
}

const TOPICS = ALL_TOPICS.filter((topic) => topic !== DEAD_LETTER_TOPIC);
const TEXT_LENGTH_MAX = 200;

/** Throws ApiError (BAD_USER_INPUT) with the field. */
export function deadLetterFilter(input: DeadLetterFilterInput): DeadLetterFilter {
  const { since, until } = input;
  if (since != null && until != null && since > until) throw badInput('since is after until', 'filter.since');
  return {
    topic: checked(input.topic, 'topic', (topic) => TOPICS.includes(topic), `is one of ${TOPICS.join(', ')}`),
    type: text(input.type, 'type'),
    streamId: streamOf(input),
    commandId: checked(input.commandId, 'commandId', (id) => isId('command', id), 'is the id of a command (cmd_…)'),
    reason: text(input.reason, 'reason'),
    since: since ?? undefined,
    until: until ?? undefined,
    replayed: input.replayed ?? undefined,
  };
}

function streamOf({ leadId, entityId }: DeadLetterFilterInput): string | undefined {
  const lead = checked(leadId, 'leadId', (id) => isId('lead', id), 'is the id of a lead (lead_…)');
  const entity = checked(entityId, 'entityId', isEntityId, 'is the id of a lead, a property or an agent');
  if (lead !== undefined && entity !== undefined && lead !== entity) throw badInput('leadId and entityId are not the same', 'filter.entityId');
  return lead ?? entity;
}

const isEntityId = (id: string): boolean => ['lead', 'property', 'agent'].includes(kindOfId(id) ?? '');

/** Databases take neither NUL nor half a character. */
const isText = (value: string): boolean => value.length > 0 && value.length <= TEXT_LENGTH_MAX && value.isWellFormed() && !value.includes('\0');
const text = (value: string | null | undefined, name: string): string | undefined =>
  checked(value, name, isText, `has 1 to ${TEXT_LENGTH_MAX} characters, whole ones`);

function checked(value: string | null | undefined, name: string, isGood: (value: string) => boolean, rule: string): string | undefined {
  if (value == null) return undefined;
  if (isGood(value)) return value;
  throw badInput(`${name} ${rule}, not ${JSON.stringify(value.slice(0, 100))}`, `filter.${name}`);
}
