/** The query editor, for people who open /graphql in a browser. Its page comes ready from the platform: nothing is loaded from elsewhere. */
import type { Plugin } from 'graphql-yoga';
import type { ServerContext } from '../request-context.ts';

/** The page; `token` stands in its headers from the start, where there is one. */
export type GraphiqlPage = (token: string | null) => Promise<BodyInit>;
/** A token for whoever asks, where tokens are given out; else null. */
export type TokenForPage = (request: Request, context: ServerContext) => Promise<string | null>;

/** The editor runs inline scripts and workers of its own; it may talk to this server and to nobody else. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline' blob:",
  'worker-src blob:',
  "style-src 'unsafe-inline'",
  'img-src data:',
  'font-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const asksForPage = (request: Request): boolean => request.method === 'GET' && (request.headers.get('accept')?.includes('text/html') ?? false);

export function useGraphiqlPage(page: GraphiqlPage, tokenFor: TokenForPage): Plugin<object, ServerContext> {
  return {
    async onRequest(event) {
      const { request, serverContext, fetchAPI } = event;
      if (!asksForPage(request)) return;
      event.endResponse(
        new fetchAPI.Response(await page(await tokenFor(request, serverContext)), {
          headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', 'content-security-policy': CONTENT_SECURITY_POLICY },
        }),
      );
    },
  };
}
