/** Answers that may be old say so, on every transport; over HTTP in their headers, too. */
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { ExecutionResult } from 'graphql';
import type { Clock } from '../../platform/clock.ts';
import type { Reads } from '../../resolvers/reads.ts';
import { freshnessHeaders, freshnessIn, freshnessOf } from '../freshness.ts';

export function useFreshness(clock: Clock): Plugin {
  return {
    onExecute({ args }) {
      return {
        onExecuteDone({ result, setResult }) {
          const freshness = freshnessOf(args.contextValue as { readonly reads?: Reads });
          if (freshness === undefined || isAsyncIterable(result)) return;
          setResult({ ...result, extensions: { ...result.extensions, freshness } });
        },
      };
    },
    // Of answers over HTTP alone.
    onResultProcess(event) {
      const { result } = event;
      if (isAsyncIterable(result) || Array.isArray(result)) return;
      const freshness = freshnessIn(result as ExecutionResult);
      if (freshness === undefined) return;
      event.setResult({ ...result, extensions: { ...result.extensions, http: { headers: freshnessHeaders(freshness, clock.now()) } } });
    },
  };
}
