/** How one operation of a WebSocket runs: through the same plugins as over HTTP. */
import type { ExecutionArgs, GraphQLError } from 'graphql';
import type { ServerOptions, SubscribePayload } from 'graphql-ws';
import { isAsyncIterable } from 'graphql-yoga';
import type { App } from '../app.ts';
import { asGraphQLError, prepareOperation } from '../operation.ts';
import type { ServerContext } from '../request-context.ts';

export type Run = NonNullable<ServerOptions['execute']>;

interface PreparedArgs extends ExecutionArgs {
  /** The plugins' own execute and subscribe, carried where the library hands them back to us. */
  readonly rootValue: { readonly execute: Run; readonly subscribe: Run };
}

export const execute: Run = (args) => (args as PreparedArgs).rootValue.execute(args);
export const subscribe: Run = (args) => (args as PreparedArgs).rootValue.subscribe(args);

/** The operation ready to run, or what is wrong with it. */
export async function prepareMessage(
  app: Pick<App, 'yoga' | 'meant'>,
  payload: SubscribePayload,
  context: ServerContext,
): Promise<PreparedArgs | readonly GraphQLError[]> {
  const query = await textOf(app, payload);
  if (typeof query !== 'string') return query;
  const gone = new AbortController();
  const prepared = await prepareOperation((await app.yoga()).server, { ...payload, query }, { ...context, signal: gone.signal });
  if (!('args' in prepared)) return prepared;
  const { args } = prepared;
  const follow = async (given: ExecutionArgs): Promise<unknown> => {
    try {
      return await prepared.subscribe(given);
    } catch (error) {
      return refusal(asGraphQLError(error));
    }
  };
  const run = async (given: ExecutionArgs): Promise<unknown> => untilLeft(await prepared.execute(given), gone);
  return { ...args, rootValue: { execute: run as Run, subscribe: follow as Run } };
}

/** No subscription but why there is none: what an iterable throws the library tells as the operation's error, which is how live ones are refused. */
function refusal(why: GraphQLError): AsyncIterableIterator<never> {
  const refused: AsyncIterableIterator<never> = {
    next: () => Promise.reject(why),
    return: () => Promise.resolve({ done: true, value: undefined }),
    [Symbol.asyncIterator]: () => refused,
  };
  return refused;
}

/** The library ends what comes in parts (@defer) where its client does, or the connection: what is still being made for it need not be made any further. */
function untilLeft(result: unknown, gone: AbortController): unknown {
  if (!isAsyncIterable(result)) return result;
  const parts = result[Symbol.asyncIterator]();
  const followed: AsyncIterableIterator<unknown> = {
    next: () => parts.next(),
    async return() {
      gone.abort(new Error('the client left'));
      await parts.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => followed,
  };
  return followed;
}

/** The protocol wants a text in any case: it is empty where the document's id stands for it. */
async function textOf({ meant }: Pick<App, 'meant'>, payload: SubscribePayload): Promise<string | readonly GraphQLError[]> {
  try {
    return (await meant(payload)) ?? payload.query;
  } catch (error) {
    return [asGraphQLError(error)];
  }
}
