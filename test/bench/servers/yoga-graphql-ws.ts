/** graphql-ws on graphql-yoga with Yoga's own pub/sub, put together as their documentation shows it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ExecutionArgs } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { createPubSub, createSchema, createYoga } from 'graphql-yoga';
import { WebSocketServer } from 'ws';
import { resultOf, serveEvents } from './events.ts';

interface News {
  readonly cursor: string;
  readonly lead: { readonly id: string; readonly version: number; readonly lastName: string };
  readonly score: number;
  readonly direction: string;
}
const pubSub = createPubSub<{ score: [News] }>();
const typeDefs = /* GraphQL */ `
  type Query {
    nothing: String
  }
  type Lead {
    id: ID!
    version: Int!
    lastName: String
  }
  type LeadScoreChange {
    cursor: String!
    lead: Lead!
    score: Float!
    direction: String!
  }
  input LeadScoreFilter {
    minScore: Float
  }
  type Subscription {
    leadScoreChanged(filter: LeadScoreFilter, after: String): LeadScoreChange!
  }
`;
const resolvers = { Subscription: { leadScoreChanged: { subscribe: () => pubSub.subscribe('score'), resolve: (news: News) => news } } };
const yoga = createYoga({ schema: createSchema({ typeDefs, resolvers }), logging: false });
const server = createServer((request, response) => void yoga(request, response));
interface EnvelopedArgs extends ExecutionArgs {
  readonly rootValue: Pick<ReturnType<typeof yoga.getEnveloped>, 'execute' | 'subscribe'>;
}
useServer(
  {
    execute: (args) => (args as EnvelopedArgs).rootValue.execute(args),
    subscribe: (args) => (args as EnvelopedArgs).rootValue.subscribe(args),
    onSubscribe: async (context, _id, params) => {
      const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped({ ...context, req: context.extra.request, params });
      const document = parse(params.query);
      const errors = validate(schema, document);
      if (errors.length > 0) return errors;
      const { operationName, variables } = params;
      return { schema, operationName, document, variableValues: variables, contextValue: await contextFactory(), rootValue: { execute, subscribe } };
    },
  },
  new WebSocketServer({ server, path: yoga.graphqlEndpoint }),
);
let version = 3;
server.listen(0, '127.0.0.1', () => {
  serveEvents({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }, () => {
    const { data } = JSON.parse(resultOf((version += 1))) as { data: { leadScoreChanged: News } };
    pubSub.publish('score', data.leadScoreChanged);
  });
});
