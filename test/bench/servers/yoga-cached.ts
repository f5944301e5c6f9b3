/** graphql-yoga with its response cache, one session for everybody and answers kept for an hour: every request of the run is a hit. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { useResponseCache } from '@graphql-yoga/plugin-response-cache';
import { createSchema, createYoga } from 'graphql-yoga';
import { announce } from './peer-data.ts';
import { createContext, resolvers, typeDefs } from './peer-schema.ts';

const HOUR_MS = 3_600_000;
const yoga = createYoga({
  schema: createSchema({ typeDefs, resolvers }),
  context: createContext,
  logging: false,
  plugins: [useResponseCache({ session: () => null, ttl: HOUR_MS })],
});
const server = createServer((request, response) => void yoga(request, response));
server.listen(0, '127.0.0.1', () => announce(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
