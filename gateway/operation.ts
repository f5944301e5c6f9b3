/** One operation through the plugins, on any transport. */
import { GraphQLError, type ExecutionArgs, type ExecutionResult } from 'graphql';
import type { ServerContext } from './request-context.ts';
import type { YogaServer } from './yoga.ts';

export interface OperationParams {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

type Run = (args: ExecutionArgs) => Promise<ExecutionResult> | ExecutionResult;

export interface PreparedOperation {
  readonly args: ExecutionArgs;
  /** The plugins' own. */
  readonly execute: Run;
  readonly subscribe: (args: ExecutionArgs) => unknown;
}

/** The operation ready to run, or what is wrong with it. */
export async function prepareOperation(
  server: YogaServer,
  params: OperationParams,
  context: ServerContext,
): Promise<PreparedOperation | readonly GraphQLError[]> {
  const enveloped = server.getEnveloped({ ...context, params });
  try {
    const document = enveloped.parse(params.query);
    const problems: readonly GraphQLError[] = enveloped.validate(enveloped.schema, document);
    if (problems.length > 0) return problems;
    const args: ExecutionArgs = {
      schema: enveloped.schema,
      document,
      operationName: params.operationName,
      variableValues: params.variables,
      contextValue: await enveloped.contextFactory(),
    };
    return { args, execute: enveloped.execute as Run, subscribe: enveloped.subscribe };
  } catch (error) {
    return [asGraphQLError(error)];
  }
}

export function asGraphQLError(error: unknown): GraphQLError {
  if (error instanceof Error && error.name === 'GraphQLError') return error as GraphQLError;
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(originalError.message, { originalError });
}
