/** A subscription ends with its token, on every transport: being let in once is not for ever. */
import type { ExecutionResult } from 'graphql';
import { createGraphQLError, isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { Clock } from '../../platform/clock.ts';
import type { ServerContext } from '../request-context.ts';
import { endAfter } from './end-after.ts';

const expired = (): ExecutionResult => ({
  errors: [createGraphQLError('the token has expired: subscribe again with a new one', { extensions: { code: 'UNAUTHENTICATED' } })],
});

export function useSubscriptionExpiry(clock: Clock): Plugin<ServerContext> {
  return {
    onSubscribe({ args }) {
      const { identity } = args.contextValue;
      return {
        onSubscribeResult({ result, setResult }) {
          if (identity === undefined || !isAsyncIterable(result)) return;
          setResult(endAfter(result, identity.expiresAtMs - clock.now().getTime(), expired));
        },
      };
    },
  };
}
