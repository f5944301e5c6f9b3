/** GET or POST /subscribe/<channel>… and /psubscribe/<pattern>…: a stream of server-sent events for as long as the client stays. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../telemetry/logger.ts';
import { frameOf, type Listener, type SubscriptionKind, type Subscriptions } from './subscriptions.ts';

/** Bytes that may wait for a client that does not read; beyond them it is cut off, rather than the bridge's memory filled. */
const MAX_WAITING_BYTES = 4_000_000;
const KEEP_ALIVE = Buffer.from(': keep-alive\n\n');

export interface EventStreams {
  open(kind: SubscriptionKind, channels: readonly string[], request: IncomingMessage, response: ServerResponse, headers: Record<string, string>): Promise<void>;
  count(): number;
  /** Ends every stream; clients see the end and come back elsewhere. */
  endAll(): void;
}

/** `keepAliveMs` between two comments on an idle stream: what clients measure the life of the stream by. */
export function createEventStreams(subscriptions: Subscriptions, keepAliveMs: number, log: Logger): EventStreams {
  const streams = new Set<ServerResponse>();
  let pinging = false;
  const write = (response: ServerResponse, bytes: Buffer): void => {
    if (response.writableLength > MAX_WAITING_BYTES) response.destroy();
    else response.write(bytes);
  };
  // A comment says that the whole way is alive, so that it goes out only when Redis has answered a ping on the connection that messages come by.
  const keepAlive = setInterval(() => {
    if (!subscriptions.isUp() || pinging) return;
    pinging = true;
    subscriptions
      .ping()
      .then(() => streams.forEach((response) => write(response, KEEP_ALIVE)))
      .catch((error: unknown) => log.warn({ error: error instanceof Error ? error.message : String(error) }, 'a ping failed on the subscription connection'))
      .finally(() => void (pinging = false));
  }, keepAliveMs);
  keepAlive.unref();

  const open: EventStreams['open'] = async (kind, channels, request, response, headers) => {
    const stops: (() => void)[] = [];
    let early: Buffer[] | undefined = [];
    let lost = false;
    const listener: Listener = {
      // The confirmation is the first thing that a client sees.
      deliver: (frame) => void (early ? early.push(frame) : write(response, frame)),
      lost: () => {
        lost = true;
        if (!early) response.end();
      },
    };
    const stopAll = (): void => {
      for (const stop of stops) stop();
    };
    try {
      for (const channel of channels) stops.push(await subscriptions.listen(kind, channel, listener));
    } catch (error) {
      stopAll();
      throw error;
    }
    if (request.socket.destroyed) return stopAll();
    response.once('close', () => {
      streams.delete(response);
      stopAll();
    });
    streams.add(response);
    response.writeHead(200, { ...headers, 'content-type': 'text/event-stream', 'cache-control': 'no-cache', 'x-accel-buffering': 'no' });
    channels.forEach((channel, index) => response.write(frameOf([kind, channel, String(index + 1)])));
    for (const frame of early) response.write(frame);
    early = undefined;
    if (lost) response.end();
  };

  return {
    open,
    count: () => streams.size,
    endAll() {
      clearInterval(keepAlive);
      for (const response of streams) response.end();
    },
  };
}
