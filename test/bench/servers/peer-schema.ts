/** One plain schema for all peers: the part of ours that the documents need, over objects in memory, agents through a DataLoader for each request. */
import DataLoader from 'dataloader';
import { readPeerFile, type PeerAgent, type PeerLead } from './peer-data.ts';

export { typeDefs } from './peer-schema-types.ts';

export interface PeerContext {
  readonly agents: DataLoader<string, PeerAgent | null>;
}

const { leads, agents, cursors } = readPeerFile();
const leadsById = new Map(leads.map((lead) => [lead.id, lead]));
const agentsById = new Map(agents.map((agent) => [agent.id, agent]));
const places = new Map(cursors.map((cursor, at) => [cursor, at]));

export const createContext = (): PeerContext => ({
  agents: new DataLoader(async (ids: readonly string[]) => ids.map((id) => agentsById.get(id) ?? null)),
});

export const resolvers = {
  Query: {
    leads(_root: unknown, { first, after }: { first: number; after?: string | null }) {
      const from = after == null ? 0 : (places.get(after) ?? leads.length) + 1;
      return {
        edges: leads.slice(from, from + first).map((node) => ({ cursor: node.id, node })),
        pageInfo: { hasNextPage: leads.length > from + first },
      };
    },
    lead: (_root: unknown, { id }: { id: string }) => leadsById.get(id) ?? null,
  },
  Lead: {
    agent: ({ agentId }: PeerLead, _args: unknown, context: PeerContext) => (agentId === null ? null : context.agents.load(agentId)),
  },
};
