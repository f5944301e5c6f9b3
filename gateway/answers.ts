/** Ready answers in the two shapes that clients know: GraphQL errors and plain JSON. */
import type { ApiErrorExtensions } from '../resolvers/errors.ts';

const GRAPHQL_JSON = 'application/graphql-response+json';

/** An answer that holds one error and no data, for what goes wrong before GraphQL begins. */
export function graphqlErrorAnswer(
  request: Request,
  status: number,
  error: { readonly message: string; readonly extensions: ApiErrorExtensions },
  headers: Readonly<Record<string, string>> = {},
): Response {
  const type = request.headers.get('accept')?.includes(GRAPHQL_JSON) ? GRAPHQL_JSON : 'application/json';
  const body = JSON.stringify({ errors: [{ message: error.message, extensions: error.extensions }] });
  const retryAfter = error.extensions.retryAfter;
  return new Response(body, {
    status,
    headers: {
      'content-type': `${type}; charset=utf-8`,
      'cache-control': 'no-store',
      ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
      ...headers,
    },
  });
}

export function jsonAnswer(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers },
  });
}

export const notFound = (): Response => jsonAnswer(404, { error: { code: 'NOT_FOUND', message: 'there is nothing here' } });
export const methodNotAllowed = (allow: string): Response => jsonAnswer(405, { error: { code: 'BAD_USER_INPUT', message: `use ${allow} here` } }, { allow });
