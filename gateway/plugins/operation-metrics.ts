/** How long operations take and how many subscriptions are open, on every transport. */
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import { Kind, type ExecutionArgs } from 'graphql';
import type { GatewayMetrics } from '../metrics.ts';

interface Operation {
  readonly name: string | undefined;
  readonly type: string;
}

function operationOf({ document, operationName }: ExecutionArgs): Operation {
  for (const node of document.definitions) {
    if (node.kind === Kind.OPERATION_DEFINITION && (operationName == null || node.name?.value === operationName))
      return { name: node.name?.value, type: node.operation };
  }
  return { name: undefined, type: 'unknown' };
}

const hasErrors = (result: unknown): boolean => typeof result === 'object' && result !== null && 'errors' in result && result.errors !== undefined;

export function useOperationMetrics(metrics: GatewayMetrics): Plugin {
  return {
    onExecute({ args }) {
      const { name, type } = operationOf(args);
      const startedMs = performance.now();
      return {
        onExecuteDone({ result }) {
          metrics.operation({ name, type, failed: hasErrors(result), durationMs: performance.now() - startedMs });
        },
      };
    },
    onSubscribe() {
      return {
        onSubscribeResult({ result }) {
          if (!isAsyncIterable(result)) return undefined;
          return { onEnd: metrics.subscriptionOpened() };
        },
      };
    },
  };
}
