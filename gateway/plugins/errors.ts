/** Every result on its way out over HTTP has its errors masked here: single answers, and each result of a stream. */
import { isAsyncIterable, mapAsyncIterator, type Plugin } from 'graphql-yoga';
import type { Logger } from '../../platform/telemetry/logger.ts';
import { maskResult } from '../errors.ts';
import type { ServerContext } from '../request-context.ts';

export function useMaskedResults(logger: Logger): Plugin<object, ServerContext> {
  return {
    onResultProcess(event) {
      const { result, serverContext } = event;
      const scope = { requestId: serverContext.requestId, logger };
      if (isAsyncIterable(result)) event.setResult(mapAsyncIterator(result, (one) => maskResult(one, scope)));
      else if (Array.isArray(result)) event.setResult(result.map((one) => maskResult(one, scope)));
      else event.setResult(maskResult(result, scope));
    },
  };
}
