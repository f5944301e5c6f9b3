/** A request whose head was read, and the way to answer it: over node:http, or over a connection whose plain requests are read here (plain-connections.ts). */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Names and values in turn. A list takes half a microsecond less than an object of spread ones. */
export type HeaderList = (string | number)[];

/** What an answer is made of. */
export interface Answered {
  readonly status: number;
  readonly headers: HeaderList;
  /** Null: the status and the headers say it all. Text goes out together with its head. */
  readonly body: string | Uint8Array | null;
  /** How text is written: latin1 where each of its characters is one byte, which takes half the time. */
  readonly textAs: 'latin1' | 'utf8';
  /** It is the connection's last one. */
  readonly closes: boolean;
}

export interface Exchange {
  readonly method: string;
  /** Path and query, as they were sent. */
  readonly url: string;
  readonly remoteAddress: string | undefined;
  /** `name` in small letters. Null where it was not sent. */
  header(name: string): string | null;
  /** As long as Content-Length says. Nothing is called back where the sender breaks off: that is nobody to answer. */
  readBody(then: (body: string) => void): void;
  answer(answered: Answered): void;
  /** Ends the connection without an answer. */
  destroy(): void;
}

export class NodeExchange implements Exchange {
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  readonly #known: string | undefined;

  /** `body`: where it was read already. */
  constructor(req: IncomingMessage, res: ServerResponse, body?: string) {
    this.#req = req;
    this.#res = res;
    this.#known = body;
  }
  get method(): string {
    return this.#req.method ?? '';
  }
  get url(): string {
    return this.#req.url ?? '';
  }
  get remoteAddress(): string | undefined {
    return this.#req.socket.remoteAddress;
  }
  header(name: string): string | null {
    const value = this.#req.headers[name];
    return value === undefined ? null : String(value);
  }
  readBody(then: (body: string) => void): void {
    if (this.#known !== undefined) return then(this.#known);
    const chunks: Buffer[] = [];
    this.#req.on('data', (chunk: Buffer) => void chunks.push(chunk));
    this.#req.once('end', () => {
      const [only] = chunks;
      then(textIn(chunks.length === 1 && only ? only : Buffer.concat(chunks)));
    });
  }
  answer({ status, headers, body, textAs, closes }: Answered): void {
    if (closes) headers.push('connection', 'close');
    this.#res.writeHead(status, headers);
    if (typeof body === 'string') this.#res.end(body, textAs);
    else this.#res.end(body ?? undefined);
  }
  destroy(): void {
    this.#res.destroy();
  }
}

/** A mark of the byte order is left out, as readers of Requests do. */
export function textIn(bytes: Buffer, start = 0): string {
  const text = bytes.toString('utf8', start);
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}
