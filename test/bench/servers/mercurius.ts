/** mercurius with graphql-jit, on fastify. */
import { fastify } from 'fastify';
import { mercurius } from 'mercurius';
import { announce } from './peer-data.ts';
import { createContext, resolvers, typeDefs } from './peer-schema.ts';

const app = fastify();
await app.register(mercurius, { schema: typeDefs, resolvers: resolvers as never, context: createContext, jit: 1 });
announce(await app.listen({ host: '127.0.0.1', port: 0 }));
