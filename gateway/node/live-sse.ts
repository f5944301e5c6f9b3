/** Live subscriptions as event streams (GraphQL over SSE, distinct connections), on connections that are taken over from node:http. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Identity } from '../../resolvers/context.ts';
import { jsonIn } from '../direct/question.ts';
import { sseOf, type Batch, type Farewell } from '../live/frame.ts';
import type { Live } from '../live/live.ts';
import type { LiveQuestion } from '../live/live-question.ts';
import { LAST_WORDS_MS, type LiveSink, type Member } from '../live/member.ts';
import { detachSocket } from './detach-socket.ts';
import type { Untaken } from './untaken.ts';

export interface LiveSse {
  /** Null where the body is not for here. */
  questionOf(body: string): LiveQuestion | null;
  /**
   * Answers with a stream. Rejects with ApiError, and nothing was answered, where there is no place. Resolves false where nobody can have it by then, and
   * destroys the response: its connection is gone, or another answer stands in front of it there, which may have no end.
   */
  stream(
    req: IncomingMessage,
    res: ServerResponse,
    asked: { readonly question: LiveQuestion; readonly identity: Identity; readonly token: string; readonly requestId: string },
  ): Promise<boolean>;
  /** Cuts off who did not go when it was told to. */
  close(): void;
}

const COMMENT = Buffer.from(':\n\n');

export function createLiveSse(live: Live, untaken: Untaken): LiveSse {
  // One set of listeners for all connections: what one of them costs is kept small.
  const members = new Map<Socket, Member>();
  untaken.watch(() => members.keys());
  function onClose(this: Socket): void {
    members.get(this)?.left();
    members.delete(this);
  }
  return {
    questionOf: (body) => live.questionOf(jsonIn(body)),
    async stream(req, res, { question, identity, token, requestId }) {
      const lastEventId = req.headers['last-event-id'];
      const reserved = await live.reserve(question, {
        identity,
        token,
        lastEventId: typeof lastEventId === 'string' && lastEventId !== '' ? lastEventId : undefined,
      });
      const socket = detachSocket(req, res);
      if (socket === null) {
        reserved.leave();
        res.destroy();
        return false;
      }
      socket.write(headOf(requestId));
      members.set(socket, reserved.take(new SseSink(socket, untaken)));
      socket.on('close', onClose).on('error', destroy).on('end', destroy).resume();
      return true;
    },
    close: () => members.forEach((_member, socket) => socket.destroy()),
  };
}

const headOf = (requestId: string): string =>
  [
    'HTTP/1.1 200 OK',
    'content-type: text/event-stream',
    'cache-control: no-cache',
    // Proxies that gather answers before they hand them on.
    'x-accel-buffering: no',
    'x-content-type-options: nosniff',
    `x-request-id: ${requestId}`,
    `date: ${new Date().toUTCString()}`,
    'connection: close',
    '\r\n:\n\n',
  ].join('\r\n');

function destroy(this: Socket): void {
  this.destroy();
}

class SseSink implements LiveSink {
  readonly #socket: Socket;
  readonly #untaken: Untaken;

  constructor(socket: Socket, untaken: Untaken) {
    this.#socket = socket;
    this.#untaken = untaken;
  }
  write(batch: Batch): void {
    this.#socket.write(batch.sse);
  }
  beat(): void {
    if (this.waitingBytes() === 0) this.#socket.write(COMMENT);
  }
  waitingBytes(): number {
    return this.#socket.writableLength + this.#untaken.bytesOf(this.#socket);
  }
  whenTaken(then: () => void): void {
    this.#untaken.whenFew(this.#socket, () => {
      // Behind its end nothing may be written: that would throw its last words away.
      if (this.#socket.writable) this.#socket.write(COMMENT, () => then());
      else then();
    });
  }
  end(farewell: Farewell | null): void {
    const { retryMs, text } = farewell ?? { text: null };
    const retry = retryMs === undefined ? '' : `retry: ${retryMs}\n`;
    const last = text === null ? '' : `${retry}${sseOf({ cursor: '', text })}`;
    this.#socket.end(`${last}event: complete\ndata:\n\n`);
    setTimeout(() => this.#socket.destroy(), LAST_WORDS_MS).unref();
  }
}
