/**
 * A keep-alive connection that sends one request after the other and takes its answers apart by itself: a library's client takes as much of its core for a
 * request as a fast server does, and would be what is measured.
 */
import { once } from 'node:events';
import { connect } from 'node:net';

export interface LeanAnswer {
  readonly status: number;
  /** Good until the next request. */
  readonly body: Buffer;
}

export interface LeanConnection {
  /** A whole request, once the one before has its answer. Rejects where the connection fails or the answer cannot be read. */
  send(request: Buffer | string): Promise<LeanAnswer>;
  close(): void;
}

const HEAD_END = '\r\n\r\n';
const STATUS = /^HTTP\/1\.1 (\d{3}) /;
const LENGTH = /\r\ncontent-length: *(\d+)/i;

/** Null while the answer is not whole. Throws for answers that do not say how long they are. */
function answerIn(bytes: Buffer): LeanAnswer | null {
  const headLength = bytes.indexOf(HEAD_END);
  if (headLength === -1) return null;
  const head = bytes.toString('latin1', 0, headLength);
  const [status, length] = [STATUS.exec(head)?.[1], LENGTH.exec(head)?.[1]];
  if (status === undefined || length === undefined) throw new Error(`an answer that this client cannot read: ${head}`);
  const from = headLength + HEAD_END.length;
  const to = from + Number(length);
  return bytes.length < to ? null : { status: Number(status), body: bytes.subarray(from, to) };
}

/** Makes requests of bodies: POST to that address with those headers. */
export function requestsTo(url: string, headers: Readonly<Record<string, string>>): (body: string) => string {
  const { host, pathname } = new URL(url);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\n${lines.join('')}content-length: `;
  return (body) => `${head}${Buffer.byteLength(body)}${HEAD_END}${body}`;
}

export async function leanConnection(url: string): Promise<LeanConnection> {
  const { hostname, port } = new URL(url);
  let waiting: PromiseWithResolvers<LeanAnswer> | undefined;
  let begun: Buffer | undefined;
  /** Why nothing can be asked any more. */
  let broken: Error | undefined;
  const fail = (error: Error): void => {
    broken ??= error;
    waiting?.reject(error);
    waiting = undefined;
  };
  const take = (chunk: Buffer): void => {
    begun = begun === undefined ? chunk : Buffer.concat([begun, chunk]);
    const answer = answerIn(begun);
    if (answer === null) return;
    begun = undefined;
    waiting?.resolve(answer);
    waiting = undefined;
  };
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await once(socket, 'connect');
  socket
    .on('data', (chunk: Buffer) => {
      try {
        take(chunk);
      } catch (error) {
        fail(error instanceof Error ? error : new Error(String(error)));
      }
    })
    .on('error', fail)
    .on('close', () => fail(new Error('the server closed the connection')));
  return {
    send(request) {
      if (broken !== undefined) return Promise.reject(broken);
      waiting = Promise.withResolvers();
      socket.write(request);
      return waiting.promise;
    },
    close: () => void socket.destroy(),
  };
}
