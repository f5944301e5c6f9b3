/** The error of every limit. */
import { GraphQLError, type ASTNode } from 'graphql';

export const tooCostly = (message: string, details: Readonly<Record<string, number>>, node?: ASTNode): GraphQLError =>
  new GraphQLError(message, { ...(node === undefined ? {} : { nodes: [node] }), extensions: { code: 'COST_EXCEEDED', ...details } });
