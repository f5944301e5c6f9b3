/** Apollo Server as its documentation begins: standalone. */
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { announce } from './peer-data.ts';
import { createContext, resolvers, typeDefs, type PeerContext } from './peer-schema.ts';

const server = new ApolloServer<PeerContext>({ typeDefs, resolvers });
const { url } = await startStandaloneServer(server, { listen: { host: '127.0.0.1', port: 0 }, context: async () => createContext() });
announce(url.replace(/\/$/, ''));
