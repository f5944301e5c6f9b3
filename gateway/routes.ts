/** Which path is answered by whom. */
import { jsonAnswer, methodNotAllowed, notFound } from './answers.ts';
import type { DevTokens } from './dev-token.ts';
import type { Health } from './health.ts';
import type { GatewayMetrics } from './metrics.ts';
import { capBody } from './plugins/body-cap.ts';
import type { RequestInfo } from './request-context.ts';

/** A file of the dashboard, or null where there is none of that path. A fresh Response each time. */
export type Assets = (path: string) => Promise<Response | null>;

export interface RouteHandlers {
  readonly graphql: (request: Request) => Response | Promise<Response>;
  readonly health: Health;
  readonly metrics?: GatewayMetrics | undefined;
  readonly devTokens?: DevTokens | undefined;
  /** Signed intake from a CRM: reads the raw body, checks the signature, answers. */
  readonly webhook?: ((request: Request) => Promise<Response>) | undefined;
  readonly assets?: Assets | undefined;
}

export interface Routed {
  /** For metrics: the pattern, never the path itself. */
  readonly route: string;
  readonly response: Response;
}

const WEBHOOK_BYTES_MAX = 2_000_000;

/** The web's Request cannot be made with these, so that whoever copies one would fail. */
const UNKNOWN_METHODS: ReadonlySet<string> = new Set(['TRACE', 'TRACK', 'CONNECT']);

export async function answerRoute(request: Request, path: string, info: RequestInfo, handlers: RouteHandlers): Promise<Routed> {
  if (UNKNOWN_METHODS.has(request.method)) return { route: 'failed', response: methodNotAllowed('GET, HEAD, POST') };
  switch (path) {
    case '/graphql':
      return { route: path, response: await handlers.graphql(request) };
    case '/healthz':
      return { route: path, response: jsonAnswer(200, { status: 'alive' }) };
    case '/readyz':
      return { route: path, response: await answerReady(handlers.health) };
    case '/metrics':
      return { route: path, response: await answerMetrics(handlers.metrics) };
    case '/webhooks/crm':
      return { route: path, response: await answerWebhook(request, handlers.webhook) };
    case '/dev/token':
      return { route: path, response: await answerDevTokenAsked(request, info, handlers.devTokens) };
    default:
      return { route: 'assets', response: await answerAsset(request, path, handlers.assets) };
  }
}

/** Loaded only where there are any. */
async function answerDevTokenAsked(request: Request, info: RequestInfo, devTokens: DevTokens | undefined): Promise<Response> {
  if (devTokens === undefined) return notFound();
  const { answerDevToken } = await import('./dev-token.ts');
  return answerDevToken(request, info, devTokens);
}

async function answerReady(health: Health): Promise<Response> {
  const readiness = await health.readiness();
  return jsonAnswer(readiness.ready ? 200 : 503, readiness);
}

async function answerMetrics(metrics: GatewayMetrics | undefined): Promise<Response> {
  if (metrics === undefined) return notFound();
  const { contentType, body } = await metrics.render();
  return new Response(body, { headers: { 'content-type': contentType, 'cache-control': 'no-store' } });
}

async function answerWebhook(request: Request, webhook: RouteHandlers['webhook']): Promise<Response> {
  if (webhook === undefined) return notFound();
  if (request.method !== 'POST') return methodNotAllowed('POST');
  return await webhook(await capBody(request, WEBHOOK_BYTES_MAX));
}

async function answerAsset(request: Request, path: string, assets: Assets | undefined): Promise<Response> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return methodNotAllowed('GET, HEAD');
  return (await assets?.(path)) ?? notFound();
}
