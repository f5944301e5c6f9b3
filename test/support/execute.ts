/**
 * Runs documents against the real schema, without HTTP. graphql comes by require: the test runner would load a second copy
 * beside the one that the schema was built with, and graphql refuses to work with two.
 */
import { createRequire } from 'node:module';
import type * as graphql from 'graphql';
import type { RequestContext } from '../../resolvers/context.ts';
import { schema } from '../../schema/schema.ts';

const { parse, validate, execute, subscribe } = createRequire(import.meta.url)('graphql') as typeof graphql;

export interface Answer {
  readonly data: Record<string, unknown> | null;
  readonly errors: readonly { readonly message: string; readonly extensions: Readonly<Record<string, unknown>> }[];
}

/** A field of an answer that must be there. */
export function fieldOf(answer: Answer | null, name: string): unknown {
  if (answer?.data?.[name] == null) throw new Error(`no ${name}: ${JSON.stringify(answer)}`);
  return answer.data[name];
}

const answerOf = ({ data, errors }: graphql.ExecutionResult): Answer => ({ data: data ?? null, errors: errors ?? [] });

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
