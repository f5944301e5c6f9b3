/** The app behind node:http, and plain connections in front of it. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { App } from '../app.ts';
import { loadedOnce } from '../loaded-once.ts';
import type { DirectEntry } from './direct-entry.ts';
import { NodeExchange, type Exchange } from './exchange.ts';
import { createPlainConnections, type PlainConnections } from './plain-connections.ts';
import type { StreamEntry } from './stream-entry.ts';

export interface HttpServer {
  readonly server: Server;
  readonly port: number;
  /** Loads what requests need that do not go the direct way, before the first one does. */
  load(): Promise<unknown>;
  /** Takes no new connections and ends those that are idle; resolves when every request was answered, or cut off after `drainMs`. */
  stop(drainMs: number): Promise<void>;
}

export interface HttpServerOptions {
  readonly app: Pick<App, 'fetch'>;
  /** Answers what needs no Request; the rest goes on to the app. */
  readonly direct: DirectEntry;
  readonly streams: StreamEntry;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly logger: Logger;
}

/** A slow sender has so long for its whole request; headers alone get less. */
const REQUEST_TIMEOUT_MS = 60_000;
const HEADERS_TIMEOUT_MS = 15_000;
/** Longer than the idle time of common load balancers (60 s): the side that reuses connections must be the one to end them. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
const IDLE_SWEEP_MS = 50;

export async function listenHttp({ app, direct, streams, host, port, logger }: HttpServerOptions): Promise<HttpServer> {
  let draining = false;
  const webAnswer = loadedOnce(async () => (await import('./web-answers.ts')).createWebAnswers(app, () => draining));
  const answer = async (req: IncomingMessage, res: ServerResponse, bodyText: string | undefined): Promise<void> => (await webAnswer())(req, res, bodyText);

  const options = { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: HEADERS_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS };
  const goOn = (req: IncomingMessage, res: ServerResponse, bodyText?: string): void => {
    answer(req, res, bodyText).catch((error: unknown) => {
      // The app answers its own errors: what arrives here is a request that is none, or a connection that broke.
      logger.warn({ err: error }, 'a request could not be answered');
      if (res.headersSent) res.destroy();
      else res.writeHead(400, { connection: 'close' }).end();
    });
  };
  const isDraining = (): boolean => draining;
  const server = createServer(options, (req, res) => {
    const toApp = (bodyText?: string): void => goOn(req, res, bodyText);
    const ask = (exchange: Exchange, bodyText?: string): void => {
      if (!direct.take(exchange, { goOn: toApp, isDraining })) toApp(bodyText);
    };
    if (draining) toApp();
    else if (!streams.take(req, res, { ask, goOn: toApp })) ask(new NodeExchange(req, res));
  });
  const plain = plainConnectionsOf(server, { direct, isDraining });
  await listen(server, host, port);

  return {
    server,
    port: (server.address() as AddressInfo).port,
    load: webAnswer,
    async stop(drainMs) {
      draining = true;
      await closeServer(server, plain, drainMs);
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Puts them in front of node's own way with a connection, which gets those that they hand over. */
function plainConnectionsOf(server: Server, options: { readonly direct: DirectEntry; readonly isDraining: () => boolean }): PlainConnections {
  const own = server.listeners('connection');
  const handOver = (socket: Socket): void => own.forEach((listener): void => void listener.call(server, socket));
  const plain = createPlainConnections({ ...options, handOver, keepAliveMs: KEEP_ALIVE_TIMEOUT_MS });
  server.removeAllListeners('connection').on('connection', (socket: Socket) => plain.take(socket));
  return plain;
}

function closeServer(server: Server, plain: PlainConnections, drainMs: number): Promise<void> {
  return new Promise((resolve) => {
    const closeIdle = (): void => {
      plain.closeIdle();
      server.closeIdleConnections();
    };
    closeIdle();
    // A connection that becomes idle only now would otherwise be kept until its time-out.
    const sweep = setInterval(closeIdle, IDLE_SWEEP_MS);
    const cutOff = setTimeout(() => {
      plain.closeAll();
      server.closeAllConnections();
    }, drainMs);
    server.close(() => {
      plain.stop();
      clearInterval(sweep);
      clearTimeout(cutOff);
      resolve();
    });
  });
}
