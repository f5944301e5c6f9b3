/**
 * Subscriptions that Yoga follows have the limits and the end of those that are shared: what is not asked in so many words (a directive, an extension), or is
 * nobody else's, would go past both.
 */
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import { GraphQLError, type ExecutionArgs, type ExecutionResult } from 'graphql';
import { STATUS } from '../errors.ts';
import type { Live } from '../live/live.ts';
import { asGraphQLError } from '../operation.ts';
import { ApiError, isApiError } from '../../resolvers/errors.ts';
import { bearerToken } from '../plugins/identity.ts';
import { endable } from '../plugins/endable.ts';
import type { ServerContext } from '../request-context.ts';

type Subscribe = (args: ExecutionArgs) => Promise<AsyncIterable<ExecutionResult> | ExecutionResult>;

/** `live`: asked for with the first subscription. */
export function useGuestSubscriptions(live: () => Pick<Live, 'admit'>): Plugin<ServerContext> {
  return {
    onSubscribe({ args: { contextValue }, subscribeFn, setSubscribeFn }) {
      const { identity, request, shown } = contextValue;
      // Operations of other transports come without a request, whatever the type says.
      const headers: Headers | undefined = (request as Request | undefined)?.headers;
      if (identity === undefined) return;
      const token = shown?.token ?? bearerToken(headers?.get('authorization')) ?? '';
      const asker = { identity, token, onWithdrawn: shown?.onWithdrawn };
      setSubscribeFn((args: ExecutionArgs) => follow(live(), asker, () => (subscribeFn as Subscribe)(args)));
    },
  };
}

/** With the status that shared ones are refused with: a stream that is not there is not told in the stream. */
function refusalOf(error: unknown): GraphQLError {
  if (!isApiError(error)) return asGraphQLError(error);
  const { code, retryAfter } = error.extensions;
  const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  return new GraphQLError(error.message, { originalError: error, extensions: { code, http: { status: STATUS[code] ?? 500, headers } } });
}

type Asker = Parameters<Live['admit']>[0] & { readonly onWithdrawn: (() => void) | undefined };

/** Rejects where there is no place. */
async function follow(live: Pick<Live, 'admit'>, asker: Asker, subscribe: () => ReturnType<Subscribe>): ReturnType<Subscribe> {
  const guest = await live.admit(asker).catch((error: unknown) => {
    throw refusalOf(error);
  });
  try {
    const result = await subscribe();
    if (!isAsyncIterable(result)) {
      guest.leave();
      return result;
    }
    const { items, endWith } = endable<ExecutionResult>(result, () => guest.leave());
    guest.whenWithdrawn(({ message }) => {
      endWith({ errors: [asGraphQLError(new ApiError('UNAUTHENTICATED', message))] });
      asker.onWithdrawn?.();
    });
    return items;
  } catch (error) {
    guest.leave();
    throw error;
  }
}
