/** The error of every limit. */
import type { ASTNode, GraphQLError } from 'graphql';
import { createGraphQLError } from 'graphql-yoga';

export const tooCostly = (message: string, details: Readonly<Record<string, number>>, node?: ASTNode): GraphQLError =>
  createGraphQLError(message, { ...(node === undefined ? {} : { nodes: [node] }), extensions: { code: 'COST_EXCEEDED', ...details } });
