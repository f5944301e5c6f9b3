/** The GraphQL client of a signed-in person. */
import { cacheExchange, Client, fetchExchange, mapExchange, subscriptionExchange, type CombinedError } from 'urql';
import { createLiveSocket, type LiveSocket } from './live-socket.ts';
import { idOf } from './operations.ts';

export interface Api {
  readonly client: Client;
  readonly live: LiveSocket;
}

/** `onRefused` is called when the server does not take the token (any more). */
export function createApi(token: string, onRefused: () => void): Api {
  const live = createLiveSocket(token, onRefused);
  const client = new Client({
    url: '/graphql',
    preferGetMethod: false,
    fetchOptions: { headers: { authorization: `Bearer ${token}` } },
    exchanges: [
      mapExchange({
        onError(error) {
          if (isUnauthenticated(error)) onRefused();
        },
      }),
      cacheExchange,
      mapExchange({ onOperation: (one) => ({ ...one, extensions: { ...one.extensions, ...idOf(one.query) } }) }),
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables, extensions }) => ({
          subscribe: (sink) => ({
            unsubscribe: live.client.subscribe(
              { query, ...(variables && { variables: { ...variables } }), ...(extensions && { extensions: { ...extensions } }) },
              {
                next: ({ data = null, errors }) => sink.next({ data, ...(errors && { errors: [...errors] }) }),
                error: (error) => sink.error(error),
                complete: () => sink.complete(),
              },
            ),
          }),
        }),
      }),
      fetchExchange,
    ],
  });
  return { client, live };
}

/** The catalogue's code of what went wrong, null where it is none of the API's errors. */
export function codeOf(error: CombinedError | undefined): string | null {
  const code: unknown = error?.graphQLErrors[0]?.extensions['code'];
  return typeof code === 'string' ? code : null;
}

function isUnauthenticated(error: CombinedError): boolean {
  const response: unknown = error.response;
  return codeOf(error) === 'UNAUTHENTICATED' || (response instanceof Response && response.status === 401);
}

/** A sentence for people. */
export function sentenceOf(error: CombinedError): string {
  const [first] = error.graphQLErrors;
  if (first) return first.message;
  return 'The server cannot be reached at the moment.';
}
