/** The small HTTP port of a worker process: health, readiness, metrics, and what roles answer themselves. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { HttpAnswer, HttpRequest } from './role.ts';

const BODY_BYTES_MAX = 1_000_000;
/** How long answers under way may take once the process stops. */
const CLOSE_MAX_MS = 5_000;

/** Null where there is more than fits. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Leaving early must not tear the connection down: the answer still has to go out.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += (chunk as Buffer).length;
    if (bytes > BODY_BYTES_MAX) return null;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, { status, body, contentType }: HttpAnswer, closing: boolean): void {
  // What was not read of a request would be taken for the next one.
  const rest = response.req.complete && !closing ? {} : { connection: 'close' };
  response.writeHead(status, { 'content-type': contentType ?? 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...rest });
  response.end(body);
}

/** Aborts where the connection ends before the answer went out. */
function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort(new Error('the caller went away'));
  });
  return gone.signal;
}

async function handle(request: IncomingMessage, signal: AbortSignal, answer: (request: HttpRequest) => Promise<HttpAnswer>): Promise<HttpAnswer> {
  const body = await readBody(request);
  if (body === null) return { status: 413, body: `a body may have ${BODY_BYTES_MAX} bytes at the most` };
  const [path = '/'] = (request.url ?? '/').split('?');
  return answer({ method: request.method ?? 'GET', path, authorization: request.headers.authorization, body, signal });
}

/** Listens once resolved; port 0 takes a free one. */
export async function serveHttp(options: {
  host: string;
  port: number;
  logger: Logger;
  answer: (request: HttpRequest) => Promise<HttpAnswer>;
}): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    handle(request, goneSignal(response), options.answer)
      .then((answer) => send(response, answer, !server.listening))
      .catch((error: unknown) => {
        // A caller that went away is nobody's failure, and hears nothing any more.
        if (request.destroyed && !request.complete) return options.logger.debug({ error, path: request.url }, 'a caller went away');
        options.logger.error({ error, path: request.url }, 'a request failed');
        if (response.headersSent) response.destroy();
        else send(response, { status: 500, body: 'internal error' }, !server.listening);
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${options.host}:${port}`,
    close: () =>
      new Promise((resolve, reject) => {
        // Answers under way go out; who is slow to take them is cut off.
        const cutOff = setTimeout(() => server.closeAllConnections(), CLOSE_MAX_MS);
        server.close((error) => {
          clearTimeout(cutOff);
          if (error) reject(error);
          else resolve();
        });
      }),
  };
}
