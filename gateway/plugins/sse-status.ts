/**
 * What is wrong with an operation is told in its event stream, with 200, as the protocol of GraphQL over SSE asks: at any other status a browser's
 * EventSource gives up, and nobody hears why. Who may not ask at all is told so by the status.
 */
import { GraphQLError } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';

const BAD_REQUEST = 400;

/** Where a client takes JSON as well, Yoga answers what has one result with that. */
const isForStreamAlone = (accept: string): boolean => /text\/event-stream/i.test(accept) && !/json|\*/i.test(accept);

function inStream(error: GraphQLError): GraphQLError {
  const { http } = error.extensions;
  if (typeof http !== 'object' || http === null || !('status' in http) || http.status !== BAD_REQUEST) return error;
  const { nodes = null, source = null, positions = null, path = null, extensions } = error;
  // `spec`: Yoga passes it over for whoever gets 200 in any case.
  return new GraphQLError(error.message, { nodes, source, positions, path, extensions: { ...extensions, http: { ...http, spec: true } } });
}

export function useSseStatus(): Plugin {
  return {
    onResultProcess(event) {
      const { request, result } = event;
      if (isAsyncIterable(result) || Array.isArray(result) || result.errors === undefined) return;
      if (isForStreamAlone(request.headers.get('accept') ?? '')) event.setResult({ ...result, errors: result.errors.map(inStream) });
    },
  };
}
