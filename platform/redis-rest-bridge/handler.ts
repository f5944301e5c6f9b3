/** From a request to its answer: which endpoint, who asks, what came of it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../telemetry/logger.ts';
import { BodyTooLarge, readBody } from './body.ts';
import { BadRequest, commandFromBody, commandFromPath, commandsFromBody, percentDecode } from './commands.ts';
import { encodeOutcome, encodeResp2, type Outcome } from './encode.ts';
import type { EventStreams } from './event-stream.ts';
import type { BridgeMetrics } from './metrics.ts';
import { RedisUnavailable, TransactionRefused, type RedisLink } from './redis-link.ts';

/** Upstash's own limit for a request. */
export const MAX_BODY_BYTES = 10_000_000;
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT']);
const SUBSCRIPTIONS = new Map([
  ['subscribe', 'subscribe'],
  ['psubscribe', 'psubscribe'],
] as const);

export interface HandlerParts {
  readonly link: RedisLink;
  readonly streams: EventStreams;
  readonly authorized: (authorization: string | undefined, query: URLSearchParams) => boolean;
  readonly metrics: BridgeMetrics;
  readonly log: Logger;
}
/** What goes out; `one` and `many` differ in the JSON's shape. */
type Answer = { readonly status: number; readonly one: Outcome } | { readonly status: 200; readonly many: readonly Outcome[] };

const failed = (status: number, error: string): Answer => ({ status, one: { error } });
const single = (outcome: Outcome): Answer => ({ status: 'error' in outcome ? 400 : 200, one: outcome });

/** Which status tells of which error; anything else is a defect of ours and stays inside. */
function answerOf(error: unknown, log: Logger): Answer {
  if (error instanceof BadRequest || error instanceof TransactionRefused) return failed(400, error.message);
  if (error instanceof BodyTooLarge) return failed(413, error.message);
  if (error instanceof RedisUnavailable) return failed(503, error.message);
  log.error({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }, 'a request failed');
  return failed(500, 'ERR internal error of the bridge');
}

export function createHandler({ link, streams, authorized, metrics, log }: HandlerParts) {
  // Any string that changes will do: every command goes through one connection, so that what was written before is always seen.
  let answers = 0;
  const syncToken = (): string => `${process.pid}.${++answers}`;

  const respond = (request: IncomingMessage, response: ServerResponse, answer: Answer): void => {
    const resp2 = request.headers['upstash-response-format'] === 'resp2';
    const base64 = request.headers['upstash-encoding'] === 'base64';
    const outcomes = 'many' in answer ? answer.many : [answer.one];
    const json = outcomes.map((outcome) => (resp2 ? '' : encodeOutcome(outcome, base64)));
    const body = resp2 ? encodeResp2(outcomes) : Buffer.from('many' in answer ? `[${json.join(',')}]` : (json[0] ?? ''));
    response.writeHead(answer.status, {
      'content-type': resp2 ? 'application/octet-stream' : 'application/json',
      'content-length': body.length,
      'upstash-sync-token': syncToken(),
      ...(answer.status === 413 ? { connection: 'close' } : {}),
    });
    response.end(body);
  };

  const execute = async (endpoint: string, segments: readonly string[], query: string, request: IncomingMessage): Promise<Answer> => {
    const body = await readBody(request, MAX_BODY_BYTES);
    if (endpoint === 'pipeline' || endpoint === 'multi-exec') {
      const commands = commandsFromBody(body);
      metrics.commands(commands.length);
      return { status: 200, many: endpoint === 'pipeline' ? await link.run(commands) : await link.transact(commands) };
    }
    const command = segments.length === 0 ? commandFromBody(body) : commandFromPath(segments, query, body);
    metrics.commands(1);
    const [outcome] = await link.run([command]);
    return single(outcome ?? { error: 'ERR no reply' });
  };

  const route = async (endpoint: string, segments: readonly string[], query: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const method = request.method ?? '';
    const postOnly = endpoint === 'pipeline' || endpoint === 'multi-exec' || segments.length === 0;
    if (!METHODS.has(method) || (postOnly && method !== 'POST')) return respond(request, response, failed(405, `ERR method ${method} is not allowed here`));
    if (!authorized(request.headers.authorization, new URLSearchParams(query)))
      return respond(request, response, failed(401, 'WRONGPASS invalid or missing auth token'));
    if (endpoint === 'monitor') return respond(request, response, failed(400, 'ERR MONITOR is not available over REST: it shows the commands of everybody'));
    const kind = SUBSCRIPTIONS.get(endpoint as 'subscribe' | 'psubscribe');
    if (!kind) return respond(request, response, await execute(endpoint, segments, query, request));
    const channels = segments.slice(1).map((segment) => percentDecode(segment).toString('utf8'));
    if (channels.length === 0) throw new BadRequest(`ERR wrong number of arguments for '${kind}' command`);
    request.resume();
    await streams.open(kind, channels, request, response, { 'upstash-sync-token': syncToken() });
  };

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const startedAt = performance.now();
    const url = request.url ?? '/';
    const mark = url.indexOf('?');
    const segments = (mark < 0 ? url : url.slice(0, mark)).split('/').slice(1);
    if (segments.at(-1) === '') segments.pop();
    const first = (segments[0] ?? '').toLowerCase();
    const endpoint = ['pipeline', 'multi-exec', 'subscribe', 'psubscribe', 'monitor'].includes(first) ? first : 'command';
    try {
      await route(endpoint, segments, mark < 0 ? '' : url.slice(mark + 1), request, response);
    } catch (error) {
      if (!response.headersSent && !response.destroyed) respond(request, response, answerOf(error, log));
    }
    metrics.answered(endpoint, response.statusCode, (performance.now() - startedAt) / 1000);
  };
}
