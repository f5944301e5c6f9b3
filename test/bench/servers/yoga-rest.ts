/** graphql-yoga, a DataLoader for each request and @upstash/redis, put together as their documentation shows it: leads by id out of Redis over REST. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Redis } from '@upstash/redis';
import DataLoader from 'dataloader';
import { createSchema, createYoga } from 'graphql-yoga';
import { announce, type PeerLead } from './peer-data.ts';
import { typeDefs } from './peer-schema-types.ts';

interface Context {
  readonly leads: DataLoader<string, PeerLead | null>;
}

const redis = Redis.fromEnv();
const context = (): Context => ({
  leads: new DataLoader((ids: readonly string[]) => redis.mget<(PeerLead | null)[]>(ids.map((id) => `peer:lead:${id}`))),
});
const resolvers = {
  Query: { lead: (_root: unknown, { id }: { id: string }, { leads }: Context) => leads.load(id) },
  // These leads are nobody's yet.
  Lead: { agent: () => null },
};
const yoga = createYoga({ schema: createSchema({ typeDefs, resolvers }), context, logging: false });
const server = createServer((request, response) => void yoga(request, response));
server.listen(0, '127.0.0.1', () => announce(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
