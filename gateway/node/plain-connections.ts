/**
 * Connections whose requests are plain (plain-request.ts) are read and answered here, which takes half of what node:http takes for them. With its first
 * request that is not plain, or not for the direct way, a connection is node:http's for good, with every byte that was not answered yet.
 */
import type { Socket } from 'node:net';
import type { DirectEntry } from './direct-entry.ts';
import { textIn, type Answered, type Exchange } from './exchange.ts';
import { isForStream } from './asking.ts';
import { headOf } from './plain-answer.ts';
import { readPlainRequest, type PlainRequest } from './plain-request.ts';

export interface PlainConnections {
  /** From now on it is looked after here. */
  take(socket: Socket): void;
  /** Ends those that have their answers, and wait. One on which nobody has asked yet is about to: it has time until `closeAll`, as with node:http. */
  closeIdle(): void;
  /** Cuts off all of them. */
  closeAll(): void;
  /** Looks after nobody any more. */
  stop(): void;
}

export interface PlainConnectionsOptions {
  readonly direct: DirectEntry;
  /** Gives a connection to node:http. */
  readonly handOver: (socket: Socket) => void;
  readonly isDraining: () => boolean;
  /** A connection on which nobody asks is ended after so long. */
  readonly keepAliveMs: number;
  /** Between two looks at connections. Whose request is not whole by the second of them is handed over. */
  readonly lookMs?: number | undefined;
}

const LOOK_MS = 5_000;
/** How long the other side may take to end its own, too. */
const LINGER_MS = 500;
/** So many pieces a request may come in: node:http, which bounds how long one may take, gets what is slower. */
const PIECES_MAX = 8;

export function createPlainConnections(options: PlainConnectionsOptions): PlainConnections {
  const { keepAliveMs, lookMs = LOOK_MS } = options;
  const all = new Set<Connection>();
  const letGo = (connection: Connection): void => void all.delete(connection);
  const looksMax = Math.ceil(keepAliveMs / lookMs);
  const looking = setInterval(() => all.forEach((one) => one.look(looksMax)), lookMs).unref();
  return {
    take: (socket) => void all.add(new Connection(socket, options, letGo)),
    closeIdle: () => all.forEach((one) => one.closeIfIdle()),
    closeAll: () => all.forEach((one) => one.destroy()),
    stop: () => clearInterval(looking),
  };
}

class Connection {
  readonly #socket: Socket;
  readonly #options: PlainConnectionsOptions;
  readonly #letGo: (connection: Connection) => void;
  /** Received, and no request that was begun. */
  #waiting: Buffer | null = null;
  /** The request that is being answered. */
  #asked: Buffer | null = null;
  /** Of the request that is not whole yet. */
  #pieces = 0;
  #isReading = false;
  #hasAsked = false;
  /** The other side sends nothing more. */
  #hasEnded = false;
  /** Since the last request was whole. */
  #looks = 0;

  constructor(socket: Socket, options: PlainConnectionsOptions, letGo: (connection: Connection) => void) {
    this.#socket = socket;
    this.#options = options;
    this.#letGo = letGo;
    socket.on('data', this.#onData).on('drain', this.#onDrain).on('end', this.#onEnd).on('error', this.#onError).on('close', this.#onClose);
  }

  look(looksMax: number): void {
    if (this.#asked !== null || this.#socket.writableLength > 0) return;
    this.#looks += 1;
    const isSlow = this.#looks > 1 && (this.#pieces > 0 || !this.#hasAsked);
    if (isSlow) this.#handOver(this.#waiting);
    else if (this.#looks > looksMax) this.destroy();
  }
  closeIfIdle(): void {
    const isUnderWay = this.#asked !== null || this.#waiting !== null || this.#socket.writableLength > 0;
    // One that ends already has its time for that.
    if (this.#hasAsked && !isUnderWay && !this.#socket.writableEnded) this.destroy();
  }
  destroy(): void {
    this.#socket.destroy();
  }

  readonly #onData = (bytes: Buffer): void => {
    // Behind the last answer.
    if (!this.#socket.writable) return;
    this.#waiting = this.#waiting === null ? bytes : Buffer.concat([this.#waiting, bytes]);
    // What comes while there is something to do waits where it is.
    if (this.#isBusy()) this.#socket.pause();
    else this.#readOn();
  };
  readonly #onDrain = (): void => this.#readOn();
  /** What was asked before is answered still. */
  readonly #onEnd = (): void => {
    this.#hasEnded = true;
    this.#readOn();
  };
  readonly #onError = (): void => void this.#socket.destroy();
  readonly #onClose = (): void => this.#letGo(this);

  #isBusy(): boolean {
    return this.#asked !== null || this.#socket.writableNeedDrain;
  }
  /** Takes up what waits, request by request. */
  #readOn(): void {
    if (this.#isReading || this.#isBusy()) return;
    this.#isReading = true;
    while (this.#waiting !== null && !this.#isBusy()) {
      const bytes = this.#waiting;
      const request = readPlainRequest(bytes);
      const isIncomplete = request === 'incomplete';
      this.#pieces = isIncomplete ? this.#pieces + 1 : 0;
      if (request === 'unusual' || this.#pieces > PIECES_MAX || this.#options.isDraining()) this.#handOver(bytes);
      else if (isIncomplete) break;
      else this.#ask(request, bytes);
    }
    this.#isReading = false;
    if (this.#isBusy()) return;
    if (this.#hasEnded) this.#socket.end();
    else if (this.#socket.isPaused()) this.#socket.resume();
  }
  #ask(request: PlainRequest, bytes: Buffer): void {
    this.#waiting = request.end === bytes.length ? null : bytes.subarray(request.end);
    this.#asked = bytes.length === request.end ? bytes : bytes.subarray(0, request.end);
    this.#hasAsked = true;
    this.#looks = 0;
    const exchange = new PlainExchange(request, this.#asked, this, this.#socket.remoteAddress);
    const goOn = (): void => this.#handOver(Buffer.concat([this.#asked ?? NOTHING, this.#waiting ?? NOTHING]));
    const { direct, isDraining } = this.#options;
    if (isForStream(exchange) || !direct.take(exchange, { goOn, isDraining })) goOn();
  }
  answer(answered: Answered): void {
    const { body, textAs, closes } = answered;
    const socket = this.#socket;
    const head = headOf(answered, this.#options.keepAliveMs);
    this.#asked = null;
    if (socket.writable) {
      if (body === null) socket.write(head, 'latin1');
      else if (typeof body === 'string') socket.write(head + body, textAs);
      else writeTogether(socket, head, body);
    }
    if (closes) this.#close();
    else this.#readOn();
  }
  /** What comes behind the last answer is thrown away: a connection that ends with something unread takes from the other side what it has not read yet. */
  #close(): void {
    this.#waiting = null;
    this.#socket.end();
    this.#socket.resume();
    setTimeout(() => this.#socket.destroy(), LINGER_MS).unref();
  }

  /** `bytes`: with which node:http begins. */
  #handOver(bytes: Buffer | null): void {
    const socket = this.#socket;
    this.#letGo(this);
    socket.off('data', this.#onData).off('drain', this.#onDrain).off('end', this.#onEnd).off('error', this.#onError).off('close', this.#onClose);
    this.#waiting = null;
    if (socket.destroyed || socket.readableEnded) return void socket.destroy();
    if (bytes !== null) socket.unshift(bytes);
    this.#options.handOver(socket);
    socket.resume();
  }
}

const NOTHING = Buffer.alloc(0);

function writeTogether(socket: Socket, head: string, body: Uint8Array): void {
  socket.cork();
  socket.write(head, 'latin1');
  socket.write(body);
  socket.uncork();
}

class PlainExchange implements Exchange {
  readonly method: string;
  readonly url: string;
  readonly remoteAddress: string | undefined;
  readonly #request: PlainRequest;
  readonly #bytes: Buffer;
  readonly #connection: Connection;

  constructor(request: PlainRequest, bytes: Buffer, connection: Connection, remoteAddress: string | undefined) {
    this.method = request.method;
    this.url = request.url;
    this.remoteAddress = remoteAddress;
    this.#request = request;
    this.#bytes = bytes;
    this.#connection = connection;
  }
  header(name: string): string | null {
    return this.#request.headers.get(name) ?? null;
  }
  readBody(then: (body: string) => void): void {
    then(textIn(this.#bytes, this.#request.bodyAt));
  }
  answer(answered: Answered): void {
    this.#connection.answer(answered);
  }
  destroy(): void {
    this.#connection.destroy();
  }
}
