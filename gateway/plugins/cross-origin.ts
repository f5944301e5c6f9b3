/**
 * Keeps other sites' pages out: a browser that asks on behalf of a foreign page is refused, and bodies must be JSON, which a foreign page
 * cannot send without asking first. Programs and phones send no such headers and pass.
 */
import type { Plugin } from 'graphql-yoga';
import { graphqlErrorAnswer } from '../answers.ts';

/** True where a browser says that the request comes from a page of another origin. */
export function isCrossOrigin(headers: Pick<Headers, 'get'>, ownHost: string): boolean {
  const site = headers.get('sec-fetch-site');
  // "none" is a person's own doing: an address typed, a bookmark. Behind a proxy that changes Host this header is still right.
  if (site !== null) return site !== 'same-origin' && site !== 'none';
  const origin = headers.get('origin');
  if (origin === null) return false;
  return !URL.canParse(origin) || new URL(origin).host !== (headers.get('host') ?? ownHost);
}

const JSON_TYPE = /^application\/(graphql\+)?json\s*(;|$)/i;
export const isJsonType = (contentType: string): boolean => JSON_TYPE.test(contentType);

export function useCrossOriginProtection(): Plugin {
  return {
    onRequest(event) {
      const { request, url } = event;
      if (isCrossOrigin(request.headers, url.host)) {
        event.endResponse(graphqlErrorAnswer(request, 403, { message: 'pages of other origins may not ask here', extensions: { code: 'FORBIDDEN' } }));
      } else if (request.method === 'POST' && !isJsonType(request.headers.get('content-type') ?? '')) {
        const message = 'send the request as JSON, with "content-type: application/json"';
        event.endResponse(graphqlErrorAnswer(request, 415, { message, extensions: { code: 'BAD_USER_INPUT' } }));
      }
    },
  };
}
