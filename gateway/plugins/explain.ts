/** `x-explain: 1` of an admin: the answer tells in `extensions.explain` which layer each of its parts came from. */
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { RequestContext } from '../../resolvers/context.ts';
import { forbidden } from '../../resolvers/errors.ts';
import { asGraphQLError } from '../operation.ts';
import type { ServerContext } from '../request-context.ts';

export function useExplain(): Plugin {
  return {
    onExecute({ args, setResultAndStopExecution }) {
      const { explanation, identity, l0 = 'NOT_SHARED' } = args.contextValue as Partial<RequestContext> & Pick<ServerContext, 'l0'>;
      if (explanation === undefined) return undefined;
      if (identity?.roles.includes('ADMIN') !== true) {
        return setResultAndStopExecution({ errors: [asGraphQLError(forbidden('only an admin is told where answers come from: leave out x-explain'))] });
      }
      return {
        onExecuteDone({ result, setResult }) {
          if (isAsyncIterable(result)) return;
          setResult({ ...result, extensions: { ...result.extensions, explain: { L0: l0, parts: explanation.parts } } });
        },
      };
    },
  };
}
