/** How lists find an agent. */
import type { Agent } from '../agent/agent.ts';
import type { IndexEntry } from './index-entry.ts';
import { AVAILABLE_FACET, roleFacet } from './index-names.ts';
import { phoneWords, searchWords } from './words.ts';

export const agentIndex = (agent: Agent): IndexEntry => ({
  facets: [roleFacet(agent.role), ...(agent.available ? [AVAILABLE_FACET] : [])],
  sorts: { NAME: agent.name.toLowerCase(), UPDATED: agent.updatedAt },
  fields: { capacity: agent.capacity },
  words: [...new Set([...searchWords([agent.name, agent.email]), ...phoneWords(agent.phone)])],
});
