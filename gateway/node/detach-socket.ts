/**
 * Takes a connection from node:http for good, once its request was read: request, response and parser, which would be kept as long as the connection,
 * are let go (18 KB of 20 for each subscriber). For upgrades node does the same by itself; for others it has no public way, so this goes by what node 24
 * has inside, and leaves everything as it is where that is not there: the connection then works as well and costs more.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** What node:http hangs onto a connection. */
interface HttpSocket extends Socket {
  parser?: Parser | null;
}
interface Parser {
  unconsume(): void;
  remove(): void;
  close(): void;
  [hook: string]: unknown;
}
interface DetachableResponse extends ServerResponse {
  detachSocket(socket: Socket): void;
}

const LISTENED: readonly string[] = ['data', 'end', 'close', 'drain', 'error', 'timeout', 'resume', 'pause'];
/** Methods that node:http puts over the connection's own. */
const COVERED = ['on', 'addListener', 'prependListener', 'setEncoding'] as const;
/** net's own, which ends what the other side has ended. */
const NETS_OWN = 'onReadableStreamEnd';

/** Null, and nothing was touched, where the response cannot begin now: it stands behind another one of its connection, or that is gone. */
export function detachSocket(req: IncomingMessage, res: ServerResponse): Socket | null {
  const socket: HttpSocket = req.socket;
  if (res.socket !== socket || res.headersSent || socket.destroyed) return null;
  const { parser } = socket;
  if (parser && isKnown(parser) && isDetachable(res)) {
    res.detachSocket(socket);
    letGoOf(socket);
    free(parser);
    socket.parser = null;
  }
  socket.setTimeout(0);
  return socket;
}

const isDetachable = (res: ServerResponse): res is DetachableResponse => typeof (res as Partial<DetachableResponse>).detachSocket === 'function';
const isKnown = (parser: Partial<Parser>): boolean =>
  typeof parser.unconsume === 'function' && typeof parser.remove === 'function' && typeof parser.close === 'function';

function letGoOf(socket: HttpSocket): void {
  for (const event of LISTENED) {
    for (const listener of socket.rawListeners(event)) if (listener.name !== NETS_OWN) socket.removeListener(event, listener as () => void);
  }
  // Not deleted: an object that has lost a property takes a kilobyte more.
  const own: Record<string, unknown> = Object.getPrototypeOf(socket);
  for (const name of COVERED) if (Object.hasOwn(socket, name)) Object.assign(socket, { [name]: own[name] });
}

/** As node frees a parser, but for its pool. */
function free(parser: Parser): void {
  parser.unconsume();
  // From the list of connections that the server watches for slow requests.
  parser.remove();
  for (const name of ['incoming', 'outgoing', 'socket', 'onIncoming', '_url', '_headers']) parser[name] = null;
  // Behind the stack that still runs in it.
  setImmediate(() => parser.close());
}
