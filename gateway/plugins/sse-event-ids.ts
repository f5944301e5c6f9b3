/**
 * Subscriptions over SSE that resume by themselves: each event has its cursor as its id, which clients of the standard send back
 * in Last-Event-ID when they reconnect (resolvers/live takes that for `after`). Operations that do not ask for the cursor have no ids.
 */
import type { ExecutionResult } from 'graphql';
import { isAsyncIterable, mapAsyncIterator, type Plugin } from 'graphql-yoga';

/** An id ends at its line's end. */
const CURSOR = /^[\w-]{1,100}$/;

interface WithStringify extends ExecutionResult {
  /** Yoga's own hook: what it writes behind `data: `. */
  readonly stringify?: (result: ExecutionResult) => string;
}

/** The cursor of the one field of a subscription, or of the error that ends it. */
function cursorOf({ data, errors }: ExecutionResult): string | null {
  const [field] = Object.values(data ?? {});
  const told: unknown = typeof field === 'object' && field !== null && 'cursor' in field ? field.cursor : errors?.[0]?.extensions?.['cursor'];
  return typeof told === 'string' && CURSOR.test(told) ? told : null;
}

function withId(result: ExecutionResult): WithStringify {
  const cursor = cursorOf(result);
  return cursor === null ? result : { ...result, stringify: (one) => `${JSON.stringify(one)}\nid: ${cursor}` };
}

export function useSseEventIds(): Plugin {
  return {
    // Over HTTP results come one after another only as SSE.
    onResultProcess(event) {
      if (isAsyncIterable(event.result)) event.setResult(mapAsyncIterator(event.result, withId));
    },
  };
}
