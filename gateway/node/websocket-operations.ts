/** How one operation of a WebSocket runs: through the same plugins as over HTTP. */
import type { ExecutionArgs, GraphQLError, GraphQLFormattedError } from 'graphql';
import type { ServerOptions, SubscribePayload } from 'graphql-ws';
import { createGraphQLError } from 'graphql-yoga';
import type { App } from '../app.ts';
import type { ServerContext } from '../request-context.ts';

export type Run = NonNullable<ServerOptions['execute']>;

interface PreparedArgs extends ExecutionArgs {
  /** The plugins' own execute and subscribe, carried where the library hands them back to us. */
  readonly rootValue: { readonly execute: Run; readonly subscribe: Run };
}

export const execute: Run = (args) => (args as PreparedArgs).rootValue.execute(args);
export const subscribe: Run = (args) => (args as PreparedArgs).rootValue.subscribe(args);

/** The operation ready to run, or what is wrong with it. */
export async function prepareOperation(
  app: Pick<App, 'yoga'>,
  payload: SubscribePayload,
  context: ServerContext,
): Promise<PreparedArgs | readonly GraphQLError[]> {
  const enveloped = app.yoga.getEnveloped({ ...context, params: payload });
  try {
    const document = enveloped.parse(payload.query);
    const problems: readonly GraphQLError[] = enveloped.validate(enveloped.schema, document);
    if (problems.length > 0) return problems;
    return {
      schema: enveloped.schema,
      document,
      operationName: payload.operationName,
      variableValues: payload.variables,
      contextValue: await enveloped.contextFactory(),
      rootValue: { execute: enveloped.execute, subscribe: enveloped.subscribe },
    };
  } catch (error) {
    return [asGraphQLError(error)];
  }
}

export function asGraphQLError(error: unknown): GraphQLError {
  if (error instanceof Error && error.name === 'GraphQLError') return error as GraphQLError;
  const originalError = error instanceof Error ? error : new Error(String(error));
  return createGraphQLError(originalError.message, { originalError });
}

/** As it goes on the wire: what was meant for the HTTP answer alone is left out. */
export function forClient(error: GraphQLError): GraphQLFormattedError {
  const { http: _http, ...extensions } = error.extensions;
  return { ...error.toJSON(), extensions };
}
