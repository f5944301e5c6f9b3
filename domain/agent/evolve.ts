/** How facts make an agent. */
import { isId } from '../ids.ts';
import type { RecordedEvent } from '../messages.ts';
import { unknownFact } from '../unknown-fact.ts';
import type { Agent } from './agent.ts';
import type { AgentEvent } from './messages.ts';

/** The agent after one more fact. Throws a TypeError where the record belongs to no agent. */
export function evolveAgent(agent: Agent | null, recorded: RecordedEvent<AgentEvent>): Agent {
  const { tenant, streamId, version, at, event } = recorded;
  if (!isId('agent', streamId)) throw new TypeError(`${streamId} is not the stream of an agent`);
  // The types know one fact only; a log that somebody else wrote to may hold others.
  if (event.type !== 'AgentUpserted') throw unknownFact(recorded.id, event);
  return { ...event.details, tenant, id: streamId, version, createdAt: agent?.createdAt ?? at, updatedAt: at };
}
