/** The bridge as a whole: an HTTP server that speaks the Upstash REST protocol in front of one Redis. See docs/redis-rest-bridge.md. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { silentLogger, type Logger } from '../telemetry/logger.ts';
import { createAuth } from './auth.ts';
import { createEventStreams } from './event-stream.ts';
import { createHandler } from './handler.ts';
import { createBridgeMetrics, type BridgeMetrics } from './metrics.ts';
import { createRedisLink } from './redis-link.ts';
import { createSubscriptions } from './subscriptions.ts';

export interface BridgeOptions {
  readonly redisUrl: string;
  readonly token: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** 127.0.0.1 if absent. */
  readonly host?: string | undefined;
  /** Between the comments on idle event streams; 400 if absent: gateways trust their caches for a second of silence. */
  readonly keepAliveMs?: number | undefined;
  /** Requests in flight get this long to end at `stop`; 10,000 if absent. */
  readonly drainMs?: number | undefined;
  readonly logger?: Logger | undefined;
}
export interface Bridge {
  readonly url: string;
  /** Takes no new requests, ends event streams, lets requests in flight finish, closes Redis. */
  stop(): Promise<void>;
}

const listening = (server: Server, port: number, host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });

/** Health and figures, open to whoever reaches the port; true where it answered. */
async function answerHealth(path: string, ready: boolean, metrics: BridgeMetrics, response: ServerResponse): Promise<boolean> {
  const say = (status: number, text: string): true => {
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text);
    return true;
  };
  if (path === '/healthz') return say(200, 'ok\n');
  if (path === '/readyz') return ready ? say(200, 'ready\n') : say(503, 'not ready\n');
  return path === '/metrics' ? say(200, await metrics.text()) : false;
}

/** Starts to listen at once; until Redis is there (or when it goes away) requests get 503 and /readyz says so. Throws where the port is taken. */
export async function startBridge(options: BridgeOptions): Promise<Bridge> {
  const { redisUrl, token, port, host = '127.0.0.1', keepAliveMs = 400, drainMs = 10_000, logger = silentLogger } = options;
  const link = createRedisLink(redisUrl, logger);
  const subscriptions = createSubscriptions(redisUrl, logger);
  const streams = createEventStreams(subscriptions, keepAliveMs, logger);
  const redisUp = (): boolean => link.isUp() && subscriptions.isUp();
  const metrics = createBridgeMetrics({ streams: () => streams.count(), topics: () => subscriptions.topics(), redisUp });
  const handle = createHandler({ link, streams, authorized: createAuth(token), metrics, log: logger });
  let stopping = false;
  let underWay = 0;

  /** Also takes connections that never sent a request, which Node does not count as idle. */
  const closeWhenDone = (): void => {
    if (stopping && underWay === 0) server.closeAllConnections();
  };
  const onRequest = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    underWay++;
    response.once('close', () => {
      underWay--;
      closeWhenDone();
    });
    if (request.method === 'GET' && (await answerHealth(request.url ?? '', redisUp() && !stopping, metrics, response))) return;
    await handle(request, response);
  };
  const server = createServer({ keepAliveTimeout: 65_000, requestTimeout: 30_000 }, (request, response) => {
    onRequest(request, response).catch((error: unknown) => {
      logger.error({ error: String(error) }, 'a request failed without an answer');
      response.destroy();
    });
  });
  // The first attempt is waited for, so that whoever started us next to a running Redis can use us at once; later ones go on by themselves.
  const attempts = await Promise.allSettled([link.connect(), subscriptions.connect()]);
  for (const attempt of attempts) if (attempt.status === 'rejected') logger.warn({ error: String(attempt.reason) }, 'Redis is not there yet');
  try {
    await listening(server, port, host);
  } catch (error) {
    streams.endAll();
    subscriptions.close();
    link.close();
    throw error;
  }
  const address = server.address();
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${typeof address === 'object' && address ? address.port : port}`;

  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    streams.endAll();
    closeWhenDone();
    const cutOff = setTimeout(() => server.closeAllConnections(), drainMs);
    await closed;
    clearTimeout(cutOff);
    subscriptions.close();
    link.close();
  };
  return { url, stop };
}
