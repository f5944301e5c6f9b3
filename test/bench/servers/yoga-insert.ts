/** graphql-yoga whose mutations are one insert each into PostgreSQL, answered once it is committed: what one writes down first. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSchema, createYoga } from 'graphql-yoga';
import postgres from 'postgres';
import { announce } from './peer-data.ts';

const sql = postgres(process.env['DATABASE_URL'] ?? '', { onnotice: () => undefined });
await sql`create table if not exists accepted (id text primary key, type text not null, input jsonb not null, at timestamptz not null default now())`;

const typeDefs = /* GraphQL */ `
  enum Wait {
    ACCEPTED
  }
  input CreateLeadInput {
    firstName: String
    lastName: String
    email: String
    source: String
    intent: String
    madeUp: Boolean
  }
  input RecordInteractionInput {
    leadId: ID!
    kind: String!
    url: String
  }
  type Receipt {
    id: ID!
    status: String!
  }
  type Query {
    nothing: String
  }
  type Mutation {
    createLead(input: CreateLeadInput!, wait: Wait): Receipt!
    recordInteraction(input: RecordInteractionInput!, wait: Wait): Receipt!
  }
`;
const accept =
  (type: string) =>
  async (_root: unknown, { input }: { input: Record<string, string> }) => {
    const id = `cmd_${randomUUID()}`;
    await sql`insert into accepted (id, type, input) values (${id}, ${type}, ${sql.json(input)})`;
    return { id, status: 'ACCEPTED' };
  };
const resolvers = { Mutation: { createLead: accept('CreateLead'), recordInteraction: accept('RecordInteraction') } };
const yoga = createYoga({ schema: createSchema({ typeDefs, resolvers }), logging: false });
const server = createServer((request, response) => void yoga(request, response));
server.listen(0, '127.0.0.1', () => announce(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
