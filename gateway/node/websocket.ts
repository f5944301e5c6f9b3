/** GraphQL over WebSocket (protocol graphql-transport-ws) at /graphql: the same operations, limits, context and errors as over HTTP. */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type { FormattedExecutionResult } from 'graphql';
import { CloseCode, type Context, type ServerOptions } from 'graphql-ws';
import { useServer, type Extra } from 'graphql-ws/use/ws';
import { WebSocketServer, type WebSocket } from 'ws';
import type { TokenVerifier } from '../../platform/auth/token-verifier.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { Identity } from '../../resolvers/context.ts';
import { ApiError } from '../../resolvers/errors.ts';
import type { App } from '../app.ts';
import { clientErrorOf, maskError, maskResult } from '../errors.ts';
import { isCrossOrigin } from '../plugins/cross-origin.ts';
import { identify } from '../plugins/identity.ts';
import { asGraphQLError } from '../operation.ts';
import { execute, forClient, prepareMessage, subscribe } from './websocket-operations.ts';

export interface WebSocketOptions {
  readonly app: Pick<App, 'yoga' | 'meant'>;
  readonly verifier: TokenVerifier;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Imports go over HTTP. */
const MESSAGE_BYTES_MAX = 1_000_000;
/** Answers that wait in memory for one client to read them; who asks on without reading is cut off. */
const UNREAD_BYTES_MAX = 4_000_000;
const INIT_TIMEOUT_MS = 5_000;
const OPERATIONS_PER_SOCKET_MAX = 100;
/** "Try again later": clients of this protocol reconnect by themselves. */
const TRY_AGAIN_LATER = 1013;

/** For the last results at the end. */
const LAST_RESULTS_MS = 2_000;
const POLL_MS = 10;

/** What is kept with a connection. */
type Caller = { identity: Identity; requestId: string };
type Connection = Context<Record<string, unknown>, Extra & Partial<Caller>>;

/** Answers upgrades of `server`. `stop` lets running operations send their last results, then tells every client to reconnect elsewhere. */
export function attachWebSocket(server: Server, options: WebSocketOptions): { stop(): Promise<void> } {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_BYTES_MAX });
  const connections = new Set<Connection>();
  sockets.on('connection', cutOffWithoutReading);
  const running = useServer<Record<string, unknown>, Caller>(handlers(options, connections), sockets);
  sockets.on('connection', (socket) => endQuietly(socket, options.logger));
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const refusal = refusalOf(request);
    if (refusal === null) return sockets.handleUpgrade(request, socket, head, (one) => sockets.emit('connection', one, request));
    // An upgraded connection is ours: one that breaks while it is refused would otherwise end the process.
    socket.on('error', () => socket.destroy());
    socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  };
  server.on('upgrade', onUpgrade);
  return {
    async stop() {
      server.off('upgrade', onUpgrade);
      await allDone(connections, LAST_RESULTS_MS);
      await running.dispose();
    },
  };
}

/** Streams wait for their reader by themselves, and ws bounds its own pongs; the protocol's pongs and refusals are written at once, for anybody. */
function cutOffWithoutReading(socket: WebSocket): void {
  socket.on('message', () => {
    if (socket.bufferedAmount > UNREAD_BYTES_MAX) socket.terminate();
  });
}

/** Frames that are none are their sender's fault, which ws answers with 1002. The library would print each with its stack, and anybody can send them. */
function endQuietly(socket: WebSocket, logger: Logger): void {
  socket.removeAllListeners('error');
  socket.on('error', (error) => logger.debug({ error: error.message }, 'a WebSocket was ended for what came on it'));
}

/** Resolves when no connection has an operation left, or after `timeoutMs`. */
async function allDone(connections: ReadonlySet<Connection>, timeoutMs: number): Promise<void> {
  const endsAtMs = performance.now() + timeoutMs;
  const isBusy = ({ subscriptions }: Connection): boolean => Object.keys(subscriptions).length > 0;
  while (performance.now() < endsAtMs && [...connections].some(isBusy)) await setTimeout(POLL_MS);
  // What was just finished is still to be written.
  await setTimeout(POLL_MS);
}

function refusalOf(request: IncomingMessage): string | null {
  // Not every request target is a URL ("//"), and what is thrown here nobody catches.
  const [path] = (request.url ?? '').split('?');
  if (path !== '/graphql') return '404 Not Found';
  const { origin, host } = request.headers;
  const site = request.headers['sec-fetch-site'];
  const headers = new Headers({ ...(origin && { origin }), ...(host && { host }), ...(typeof site === 'string' && { 'sec-fetch-site': site }) });
  return isCrossOrigin(headers, host ?? '') ? '403 Forbidden' : null;
}

function handlers(
  { app, verifier, clock, logger }: WebSocketOptions,
  connections: Set<Connection>,
): ServerOptions<Record<string, unknown>, Extra & Partial<Caller>> & { isProd: true } {
  const scopeOf = ({ extra }: Connection) => ({ requestId: (extra.requestId ??= crypto.randomUUID()), logger });
  return {
    // Keeps the messages of internal errors from the client.
    isProd: true,
    connectionInitWaitTimeout: INIT_TIMEOUT_MS,
    execute,
    subscribe,
    async onConnect(connection) {
      try {
        connection.extra.identity = await identify(verifier, authorizationOf(connection.connectionParams ?? {}));
        connections.add(connection);
        return true;
      } catch (error) {
        const { message, extensions } = clientErrorOf(error, scopeOf(connection));
        // Closed here, since answering false alone would say 4403 whatever is the matter.
        connection.extra.socket.close(closeCodeFor(extensions.code, connection), message);
        return false;
      }
    },
    onClose: (connection) => void connections.delete(connection),
    async onSubscribe(connection, _id, payload) {
      const { identity, request } = connection.extra;
      if (identity === undefined || identity.expiresAtMs <= clock.now().getTime()) {
        connection.extra.socket.close(CloseCode.Forbidden, 'the token has expired');
        return [asGraphQLError(new ApiError('UNAUTHENTICATED', 'the token has expired'))];
      }
      if (Object.keys(connection.subscriptions).length > OPERATIONS_PER_SOCKET_MAX) {
        return [asGraphQLError(new ApiError('RATE_LIMITED', `a connection may have ${OPERATIONS_PER_SOCKET_MAX} operations at a time`))];
      }
      const { requestId } = scopeOf(connection);
      return await prepareMessage(app, payload, { requestId, identity, remoteAddress: request.socket.remoteAddress });
    },
    onNext(connection, _id, _payload, _args, result) {
      const { errors, ...rest } = maskResult(result, scopeOf(connection));
      return (errors === undefined ? rest : { ...rest, errors: errors.map(forClient) }) as FormattedExecutionResult;
    },
    onError: (connection, _id, _payload, errors) => errors.map((error) => forClient(maskError(error, scopeOf(connection)))),
  };
}

/** Clients send `authorization` as they would in HTTP, or the bare `token`. */
function authorizationOf(parameters: Readonly<Record<string, unknown>>): string | null {
  const { authorization, Authorization, token } = parameters;
  if (typeof token === 'string') return `Bearer ${token}`;
  const given = authorization ?? Authorization;
  return typeof given === 'string' ? given : null;
}

/** 4401: say who you are. 4403: we know and it will not do. */
function closeCodeFor(code: string, { connectionParams }: Connection): number {
  if (code !== 'UNAUTHENTICATED') return TRY_AGAIN_LATER;
  return authorizationOf(connectionParams ?? {}) === null ? CloseCode.Unauthorized : CloseCode.Forbidden;
}
