/** One connection of the protocol graphql-transport-ws: live subscriptions are ours, everything else is the library's (graphql-ws). */
import type { Duplex } from 'node:stream';
import { CloseCode, MessageType, parseMessage, type Context, type ServerOptions, type SubscribePayload } from 'graphql-ws';
import type { makeServer } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { Identity } from '../../resolvers/context.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import { clientErrorOf } from '../errors.ts';
import type { Batch, Farewell } from '../live/frame.ts';
import type { Asker, Live } from '../live/live.ts';
import type { LiveQuestion } from '../live/live-question.ts';
import { LAST_WORDS_MS, type EndReason, type LiveSink, type Member } from '../live/member.ts';
import type { Untaken } from './untaken.ts';
import { writeWebSocketTexts } from './websocket-text.ts';
import { closeWithdrawn, type TokenLook } from './websocket-token.ts';

/** What is kept with a connection. */
export interface Extra {
  readonly socket: WebSocket;
  /** What the WebSocket stands on. */
  readonly stream: Duplex;
  readonly remoteAddress: string | undefined;
  /** Since connection_init. */
  identity?: Identity;
  token?: string;
  requestId?: string;
  /** The library's own view of the connection, since then. */
  context?: Connected;
}
export type Connected = Context<Record<string, unknown>, Extra>;
export type ProtocolServer = ReturnType<typeof makeServer<Record<string, unknown>, Extra>>;
export type ProtocolOptions = ServerOptions<Record<string, unknown>, Extra>;

export interface ConnectionOptions {
  readonly protocol: ProtocolServer;
  readonly live: Live | undefined;
  readonly untaken: Untaken;
  readonly logger: Logger;
  readonly lookAtToken: TokenLook;
}

/** Answers that wait in memory for one client to read them; who asks on without reading is cut off. */
const UNREAD_BYTES_MAX = 4_000_000;
/** The server restarts: clients of this protocol come back by themselves. */
const SERVICE_RESTART = 1012;

/** A class, because there are thousands of them. */
export class Connection {
  readonly extra: Extra;
  readonly #options: ConnectionOptions;
  /** Live subscriptions by the client's id. */
  readonly #live = new Map<string, Member | Begun>();
  readonly #closed: (code: number, reason: string) => Promise<void>;
  #handle: (data: string) => Promise<void> = async () => undefined;
  /** It gave a sign of life since the last ping. */
  #isAlive = true;
  /** Each from its own beginning on: thousands that are asked at the same moment hold up everybody else. */
  #askedAtMs = performance.now();

  constructor(extra: Extra, options: ConnectionOptions) {
    this.extra = extra;
    this.#options = options;
    const { socket } = extra;
    this.#closed = options.protocol.opened(
      {
        protocol: socket.protocol,
        send: (data) => this.#send(data),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (handle) => void (this.#handle = handle),
      },
      extra,
    );
  }

  /** Operations that are open. */
  get operations(): number {
    return this.#live.size + Object.keys(this.extra.context?.subscriptions ?? {}).length;
  }

  async message(data: string): Promise<void> {
    const { socket } = this.extra;
    this.#isAlive = true;
    // The protocol's pongs and refusals are written at once, for anybody.
    if (socket.bufferedAmount > UNREAD_BYTES_MAX) return socket.terminate();
    try {
      if (!this.#takes(data)) await this.#handle(data);
    } catch (error) {
      this.#options.logger.error({ err: error }, 'a message on a WebSocket could not be handled');
      socket.close(CloseCode.InternalServerError, 'Internal server error');
    }
  }

  pong(): void {
    this.#isAlive = true;
  }

  /** Asks for a sign of life once in so long; ends the connection where the last question had no answer. */
  beatEvery(everyMs: number): void {
    const nowMs = performance.now();
    if (nowMs - this.#askedAtMs < everyMs) return;
    if (!this.#isAlive) return this.extra.socket.terminate();
    this.#isAlive = false;
    this.#askedAtMs = nowMs;
    this.extra.socket.ping();
  }

  async closed(code: number, reason: string): Promise<void> {
    for (const member of this.#live.values()) member.left();
    this.#live.clear();
    await this.#closed(code, reason);
  }

  #send(data: string): Promise<void> {
    const { socket } = this.extra;
    if (socket.readyState !== socket.OPEN) return Promise.resolve();
    return new Promise((resolve, reject) => socket.send(data, (error) => (error ? reject(error) : resolve())));
  }

  /** True where the message was about a live subscription. */
  #takes(data: string): boolean {
    const { live } = this.#options;
    const { identity, token = '', context, socket } = this.extra;
    if (live === undefined || identity === undefined || context?.acknowledged !== true) return false;
    const message = messageIn(data);
    if (message?.type === MessageType.Complete) return this.#complete(message.id);
    if (message?.type !== MessageType.Subscribe) return false;
    if (this.#live.has(message.id) || message.id in context.subscriptions) {
      socket.close(CloseCode.SubscriberAlreadyExists, `Subscriber for ${message.id} already exists`);
      return true;
    }
    const question = live.questionOf(paramsOf(message.payload));
    if (question === null || this.#mayNot(identity)) return false;
    void this.#begin(live, { id: message.id, question, identity, token });
    return true;
  }

  /** For the library to refuse. */
  #mayNot({ expiresAtMs }: Identity): boolean {
    return expiresAtMs <= Date.now() || this.operations >= OPERATIONS_MAX;
  }

  #complete(id: string): boolean {
    const member = this.#live.get(id);
    if (member === undefined) return false;
    this.#live.delete(id);
    member.left();
    return true;
  }

  async #begin(live: Live, { id, question, ...asker }: Beginning): Promise<void> {
    const begun: Begun = { left: ignore };
    this.#live.set(id, begun);
    try {
      await this.#options.lookAtToken(this.extra);
      const reserved = await live.reserve(question, asker);
      // Closed, or completed by the client, meanwhile.
      if (this.#live.get(id) !== begun) return reserved.leave();
      const member = reserved.take(new SocketSink(this.extra, id, this.#options.untaken, (reason, farewell) => this.#ended(id, reason, farewell)));
      if (!member.isEnded) this.#live.set(id, member);
    } catch (error) {
      // Nobody is told of what it has completed, and by now its id may be another one's.
      if (this.#live.get(id) !== begun) return;
      this.#live.delete(id);
      const { message, extensions } = clientErrorOf(error, { requestId: (this.extra.requestId ??= crypto.randomUUID()), logger: this.#options.logger });
      await this.#send(JSON.stringify({ id, type: MessageType.Error, payload: [{ message, extensions }] })).catch(() => undefined);
    }
  }

  #ended(id: string, reason: EndReason, farewell: Farewell | null): void {
    this.#live.delete(id);
    const { socket } = this.extra;
    // A process that stops sends its connections away one after the other: clients that all come back at once would be too many for the next one.
    if (reason === 'stopping' && farewell?.retryMs !== undefined && this.operations === 0) socket.close(SERVICE_RESTART, 'this process is stopping');
    else if (reason === 'withdrawn') closeWithdrawn(socket);
  }
}

interface Beginning extends Asker {
  readonly id: string;
  readonly question: LiveQuestion;
}

/** A live subscription that is not there yet. */
type Begun = Pick<Member, 'left'>;

/** On one connection at a time. */
export const OPERATIONS_MAX = 100;

function messageIn(data: string): ReturnType<typeof parseMessage> | null {
  try {
    return parseMessage(data);
  } catch {
    // The library says what is wrong with it.
    return null;
  }
}

/** The protocol wants a text in any case: it is empty where the document's id stands for it. */
const paramsOf = ({ query, ...rest }: SubscribePayload): object => (query === '' ? rest : { query, ...rest });

type OnEnd = (reason: EndReason, farewell: Farewell | null) => void;

class SocketSink implements LiveSink {
  readonly connection: WebSocket;
  readonly #stream: Duplex;
  readonly #begin: string;
  readonly #id: string;
  readonly #untaken: Untaken;
  readonly #onEnd: OnEnd;

  constructor({ socket, stream }: Extra, id: string, untaken: Untaken, onEnd: OnEnd) {
    this.connection = socket;
    this.#stream = stream;
    this.#id = JSON.stringify(id);
    this.#begin = `{"id":${this.#id},"type":"next","payload":`;
    this.#untaken = untaken;
    this.#onEnd = onEnd;
  }
  /** Past the library, which would make the text and a write of every result for every connection. */
  write({ ends }: Batch): void {
    if (this.connection.readyState === this.connection.OPEN) writeWebSocketTexts(this.#stream, this.#begin, ends);
  }
  /** The connection has pings. */
  beat(): void {}
  waitingBytes(): number {
    return this.#stream.writableLength + this.#untaken.bytesOf(this.#stream);
  }
  whenTaken(then: () => void): void {
    this.#untaken.whenFew(this.#stream, () => this.connection.ping(undefined, undefined, () => then()));
  }
  end(farewell: Farewell | null, reason: EndReason): void {
    const isBehind = this.waitingBytes() > 0;
    if (farewell !== null) this.#sendText(`${this.#begin}${farewell.text}}`);
    this.#sendText(`{"id":${this.#id},"type":"complete"}`);
    if (isBehind) this.#cutOffUnlessTaken();
    this.#onEnd(reason, farewell);
  }
  #sendText(text: string): void {
    if (this.connection.readyState === this.connection.OPEN) this.connection.send(text);
  }
  /** What waits for a client that reads nothing would wait as long as it says that it lives. */
  #cutOffUnlessTaken(): void {
    const cutOff = setTimeout(() => this.connection.terminate(), LAST_WORDS_MS).unref();
    this.whenTaken(() => clearTimeout(cutOff));
  }
}

const ignore = (): void => undefined;
