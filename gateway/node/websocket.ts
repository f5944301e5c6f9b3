/** GraphQL over WebSocket (protocol graphql-transport-ws) at /graphql: the same operations, limits, context and errors as over HTTP. */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type { FormattedExecutionResult } from 'graphql';
import { CloseCode, handleProtocols, makeServer } from 'graphql-ws';
import { WebSocketServer, type WebSocket } from 'ws';
import type { TokenVerifier } from '../../platform/auth/token-verifier.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import { ApiError } from '../../resolvers/errors.ts';
import type { App } from '../app.ts';
import { clientErrorOf, forClient, maskError, maskResult } from '../errors.ts';
import type { Live } from '../live/live.ts';
import { LAST_WORDS_MS } from '../live/member.ts';
import { isCrossOrigin } from '../plugins/cross-origin.ts';
import { identify } from '../plugins/identity.ts';
import { asGraphQLError } from '../operation.ts';
import type { Untaken } from './untaken.ts';
import { Connection, OPERATIONS_MAX, type Connected, type ProtocolOptions } from './websocket-connection.ts';
import { execute, prepareMessage, subscribe } from './websocket-operations.ts';
import { authorizationOf, closeForToken, closeWithdrawn, createTokenLook, tokenIn, type TokenLook } from './websocket-token.ts';

export interface WebSocketOptions {
  readonly app: Pick<App, 'yoga' | 'meant'>;
  /** Absent: every subscription follows the feed for itself. */
  readonly live?: Live | undefined;
  readonly untaken: Untaken;
  readonly verifier: TokenVerifier;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Imports go over HTTP. */
const MESSAGE_BYTES_MAX = 1_000_000;
const INIT_TIMEOUT_MS = 5_000;
/** Between two pings; a connection that has not answered the last one is ended. */
const BEAT_EVERY_MS = 12_000;
const BEAT_LOOK_MS = 250;
const GOING_AWAY = 1001;
/** "Try again later": clients of this protocol reconnect by themselves. */
const TRY_AGAIN_LATER = 1013;

/** For the last results at the end. */
const LAST_RESULTS_MS = 2_000;
/** To answer the close, where nothing is left of the time for draining. */
const CLOSE_MS_MIN = 500;
const POLL_MS = 10;

/**
 * Answers upgrades of `server`. `stop` lets running operations send their last results, then tells every client to reconnect elsewhere; who has not
 * answered that after `withinMs`, or a little more, is cut off.
 */
export function attachWebSocket(server: Server, options: WebSocketOptions): { stop(withinMs: number): Promise<void> } {
  const { live, untaken, logger } = options;
  const lookAtToken = createTokenLook(options.verifier);
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_BYTES_MAX, handleProtocols });
  const connections = new Map<WebSocket, Connection>();
  untaken.watch(() => [...connections.values()].map(({ extra }) => extra.stream));
  const protocol = makeServer(protocolOptions(options, { connections, lookAtToken }));
  const welcome = (socket: WebSocket, stream: Duplex, remoteAddress: string | undefined): void => {
    const connection = new Connection({ socket, stream, remoteAddress }, { protocol, live, untaken, logger, lookAtToken });
    connections.set(socket, connection);
    socket.on('message', (data: Buffer) => void connection.message(data.toString('utf8')));
    socket.on('pong', () => connection.pong());
    // Frames that are none are their sender's fault, which ws answers with 1002, and anybody can send them.
    socket.on('error', (error) => logger.debug({ error: error.message }, 'a WebSocket was ended for what came on it'));
    socket.on('close', (code: number, reason: Buffer) => {
      connections.delete(socket);
      connection.closed(code, reason.toString('utf8')).catch((error: unknown) => logger.error({ err: error }, 'a WebSocket did not end in order'));
    });
  };
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const refusal = refusalOf(request);
    // Of the request nothing is kept but the address: it would take more memory than the connection.
    if (refusal === null) return sockets.handleUpgrade(request, socket, head, (one) => welcome(one, socket, request.socket.remoteAddress));
    // An upgraded connection is ours: one that breaks while it is refused would otherwise end the process.
    socket.on('error', () => socket.destroy());
    // Not ended but let go of: one whose other side stays would hold up the stop.
    socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
  };
  const beats = setInterval(() => connections.forEach((connection) => connection.beatEvery(BEAT_EVERY_MS)), BEAT_LOOK_MS).unref();
  server.on('upgrade', onUpgrade);
  return {
    async stop(withinMs) {
      const endsAtMs = performance.now() + withinMs;
      server.off('upgrade', onUpgrade);
      await allDone(connections, Math.min(LAST_RESULTS_MS, withinMs));
      clearInterval(beats);
      for (const socket of connections.keys()) socket.close(GOING_AWAY, 'Going away');
      const closed = new Promise((resolve) => sockets.close(resolve));
      const leftMs = Math.max(CLOSE_MS_MIN, endsAtMs - performance.now());
      await Promise.race([closed, setTimeout(Math.min(LAST_WORDS_MS, leftMs), undefined, { ref: false })]);
      for (const socket of connections.keys()) socket.terminate();
      await closed;
    },
  };
}

/** Resolves when no connection has an operation left, or after `timeoutMs`. */
async function allDone(connections: ReadonlyMap<WebSocket, Connection>, timeoutMs: number): Promise<void> {
  const endsAtMs = performance.now() + timeoutMs;
  const isBusy = (): boolean => [...connections.values()].some(({ operations }) => operations > 0);
  while (performance.now() < endsAtMs && isBusy()) await setTimeout(POLL_MS);
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

interface Shared {
  readonly connections: ReadonlyMap<WebSocket, Connection>;
  readonly lookAtToken: TokenLook;
}

function protocolOptions({ app, verifier, clock, logger }: WebSocketOptions, { connections, lookAtToken }: Shared): ProtocolOptions {
  const scopeOf = ({ extra }: Connected) => ({ requestId: (extra.requestId ??= crypto.randomUUID()), logger });
  const operationsOf = ({ extra: { socket } }: Connected): number => connections.get(socket)?.operations ?? 0;
  return {
    connectionInitWaitTimeout: INIT_TIMEOUT_MS,
    execute,
    subscribe,
    async onConnect(connection) {
      try {
        const authorization = authorizationOf(connection.connectionParams ?? {});
        connection.extra.identity = await identify(verifier, authorization);
        connection.extra.token = tokenIn(connection.connectionParams ?? {});
        connection.extra.context = connection;
        return true;
      } catch (error) {
        const { message, extensions } = clientErrorOf(error, scopeOf(connection));
        // Closed here, since answering false alone would say 4403 whatever is the matter.
        connection.extra.socket.close(closeCodeFor(extensions.code, connection), message);
        return false;
      }
    },
    async onSubscribe(connection, _id, payload) {
      const { identity, remoteAddress } = connection.extra;
      if (identity === undefined || identity.expiresAtMs <= clock.now().getTime()) {
        closeForToken(connection.extra.socket, 'the token has expired');
        return [asGraphQLError(new ApiError('UNAUTHENTICATED', 'the token has expired'))];
      }
      if (operationsOf(connection) > OPERATIONS_MAX) {
        return [asGraphQLError(new ApiError('RATE_LIMITED', `a connection may have ${OPERATIONS_MAX} operations at a time`))];
      }
      try {
        await lookAtToken(connection.extra);
      } catch (error) {
        return [asGraphQLError(error)];
      }
      const { requestId } = scopeOf(connection);
      const { token = '', socket } = connection.extra;
      const shown = { token, onWithdrawn: () => closeWithdrawn(socket) };
      return await prepareMessage(app, payload, { requestId, identity, remoteAddress, shown });
    },
    onNext(connection, _id, _payload, _args, result) {
      const { errors, ...rest } = maskResult(result, scopeOf(connection));
      return (errors === undefined ? rest : { ...rest, errors: errors.map(forClient) }) as FormattedExecutionResult;
    },
    onError: (connection, _id, _payload, errors) => errors.map((error) => forClient(maskError(error, scopeOf(connection)))),
  };
}

/** 4401: say who you are. 4403: we know and it will not do. */
function closeCodeFor(code: string, { connectionParams }: Connected): number {
  if (code !== 'UNAUTHENTICATED') return TRY_AGAIN_LATER;
  return authorizationOf(connectionParams ?? {}) === null ? CloseCode.Unauthorized : CloseCode.Forbidden;
}
