/** mercurius with graphql-jit and mercurius-cache, which keeps what resolvers answered; for an hour, so that every request of the run is a hit. */
import { fastify } from 'fastify';
import { mercurius } from 'mercurius';
import mercuriusCache from 'mercurius-cache';
import { announce } from './peer-data.ts';
import { createContext, resolvers, typeDefs } from './peer-schema.ts';

const HOUR_SECONDS = 3_600;
const app = fastify();
await app.register(mercurius, { schema: typeDefs, resolvers: resolvers as never, context: createContext, jit: 1 });
await app.register(mercuriusCache.default, { all: true, ttl: HOUR_SECONDS });
announce(await app.listen({ host: '127.0.0.1', port: 0 }));
