/**
 * Runs documents against the real schema, without HTTP. graphql comes by require: the test runner would load a second copy
 * beside the one that the schema was built with, and graphql refuses to work with two.
 */
import { createRequire } from 'node:module';
import type { ExecutionResult } from 'graphql';
import type { RequestContext } from '../../resolvers/context.ts';
import { schema } from '../../schema/schema.ts';

const { parse, validate, execute, subscribe } = createRequire(import.meta.url)('graphql') as typeof import('graphql');

export interface Answer {
  // A test knows what it asked for; what comes is compared, never relied on.
  readonly data: Record<string, never> | null;
  readonly errors: readonly { readonly message: string; readonly extensions: Readonly<Record<string, unknown>> }[];
}

const answerOf = ({ data, errors }: ExecutionResult): Answer => ({ data: (data ?? null) as Answer['data'], errors: errors ?? [] });

function checked(source: string): ReturnType<typeof parse> {
  const document = parse(source);
  const [problem] = validate(schema, document);
  if (problem) throw problem;
  return document;
}

export async function run(contextValue: RequestContext, source: string, variableValues: Record<string, unknown> = {}): Promise<Answer> {
  return answerOf(await execute({ schema, document: checked(source), contextValue, variableValues }));
}

export interface LiveAnswers {
  /** The next result; null at the end. */
  next(): Promise<Answer | null>;
  return(): Promise<void>;
}

export async function runSubscription(contextValue: RequestContext, source: string, variableValues: Record<string, unknown> = {}): Promise<LiveAnswers> {
  const result = await subscribe({ schema, document: checked(source), contextValue, variableValues });
  if (!(Symbol.asyncIterator in result)) throw new Error(result.errors?.[0]?.message ?? 'no subscription', { cause: result.errors?.[0] });
  const answers = result[Symbol.asyncIterator]();
  return {
    next: async () => {
      const step = await answers.next();
      return step.done ? null : answerOf(step.value);
    },
    return: async () => {
      await answers.return?.();
    },
  };
}
