/** graphql-yoga as its documentation begins: over node:http, with its defaults. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSchema, createYoga } from 'graphql-yoga';
import { announce } from './peer-data.ts';
import { createContext, resolvers, typeDefs } from './peer-schema.ts';

const yoga = createYoga({ schema: createSchema({ typeDefs, resolvers }), context: createContext, logging: false });
const server = createServer((request, response) => void yoga(request, response));
server.listen(0, '127.0.0.1', () => announce(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
