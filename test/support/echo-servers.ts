/** The gateway's HTTP in front of an echo, twice: with plain connections, and the same answers over node:http alone. */
import { once } from 'node:events';
import { createServer, type Server, type ServerOptions } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { createDirectEntry } from '../../gateway/node/direct-entry.ts';
import { listenHttp } from '../../gateway/node/http-server.ts';
import { silentLogger } from '../../platform/telemetry/logger.ts';
import type { DirectGraphql } from '../../gateway/direct/direct-graphql.ts';
import { createGetHeaders } from '../../gateway/direct/get-headers.ts';
import { tenantId } from '../../domain/ids.ts';
import type { VerifiedToken } from '../../platform/auth/token-verifier.ts';

/** In a question: answered a turn later, by the app at once or a turn later, after a while, with more than a connection takes at once. */
export const MARKS = { later: '"later"', app: '"app"', appLater: '"app later"', slow: '"slow"', long: '"long"' } as const;
const SLOW_MS = 300;
/** A token of which it is found out a turn later who it is. */
export const UNKNOWN_TOKEN = 'x.y.unknown';
const LONG = 300_000;

const someone: VerifiedToken = { tenant: tenantId('acme'), subject: 'ada', roles: ['ADMIN'], expiresAtMs: Number.MAX_SAFE_INTEGER };

let answered = 0;

const direct: Pick<DirectGraphql, 'answer'> = {
  answer({ body, accept, readsOnly, consistencyToken }) {
    if (body.includes(MARKS.app)) return null;
    if (body.includes(MARKS.appLater)) return nextTurn(null);
    answered += 1;
    const text = JSON.stringify({ body, accept, readsOnly, consistencyToken, long: body.includes(MARKS.long) ? 'x'.repeat(LONG) : '' });
    const answer = { status: 200, headers: { 'content-type': 'application/json' }, text, isWhole: true };
    if (body.includes(MARKS.slow)) return delay(SLOW_MS, answer);
    return body.includes(MARKS.later) ? nextTurn(answer) : answer;
  },
};

const app = {
  async fetch(request: Request): Promise<Response> {
    const { method, url, headers } = request;
    const accept = headers.get('accept');
    return Response.json({ app: { method, path: new URL(url).pathname, accept, body: await request.text() } });
  },
};

export interface EchoServers {
  /** With plain connections in front. */
  readonly plain: { readonly port: number; readonly server: Server };
  /** Node:http alone. */
  readonly node: { readonly port: number };
  /** How many were answered on the direct way, by all of them. */
  answered(): number;
  stop(drainMs?: number): Promise<void>;
}

/** `nodeOptions`: of node:http alone. */
export async function startEchoServers(nodeOptions: ServerOptions = {}): Promise<EchoServers> {
  const verifier = {
    verify: () => nextTurn(someone),
    remembered: (token: string) => (token === UNKNOWN_TOKEN ? undefined : someone),
  };
  const entry = createDirectEntry({
    direct: { ...direct, facts: () => ({}) as ReturnType<DirectGraphql['facts']> },
    headersOf: createGetHeaders({ nowMs: () => Date.now() }),
    verifier,
    logger: silentLogger,
  });
  const plain = await listenHttp({ app, direct: entry, streams: { take: () => false }, host: '127.0.0.1', port: 0, logger: silentLogger });
  const [answer] = plain.server.listeners('request');
  if (answer === undefined) throw new Error('nobody answers requests');
  const node = createServer({ keepAliveTimeout: 65_000, ...nodeOptions }, answer as Parameters<typeof createServer>[1]);
  node.listen(0, '127.0.0.1');
  await once(node, 'listening');
  return {
    plain,
    node: { port: (node.address() as AddressInfo).port },
    answered: () => answered,
    async stop(drainMs = 0) {
      const ended = once(node, 'close');
      node.close();
      node.closeAllConnections();
      await Promise.all([plain.stop(drainMs), ended]);
    },
  };
}

export interface Caller {
  readonly socket: Socket;
  /** All that came. */
  readonly heard: () => string;
  /** Resolves once that many whole answers came, or the other side has ended. */
  readonly answers: (count: number) => Promise<string>;
  /** Resolves once nothing has come for so long, or the other side has ended. */
  readonly quiet: (ms: number) => Promise<string>;
}

/** A connection that sends what it is told to, byte for byte. */
export async function call(port: number): Promise<Caller> {
  const socket = connect(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  let onChange = Promise.withResolvers<void>();
  const changed = (): void => {
    onChange.resolve();
    onChange = Promise.withResolvers();
  };
  socket.on('data', (chunk) => {
    chunks.push(chunk);
    changed();
  });
  // A server that has enough of it may cut the connection.
  socket.on('error', () => socket.destroy());
  socket.on('close', changed);
  socket.setNoDelay(true);
  await once(socket, 'connect');
  const heard = (): string => Buffer.concat(chunks).toString('latin1');
  return {
    socket,
    heard,
    async answers(count) {
      while (!socket.closed && wholeAnswersIn(heard()) < count) await onChange.promise;
      return heard();
    },
    async quiet(ms) {
      for (let isQuiet = false; !isQuiet && !socket.closed;) {
        const silence = Promise.withResolvers<boolean>();
        const timer = setTimeout(() => silence.resolve(true), ms);
        isQuiet = await Promise.race([silence.promise, onChange.promise.then(() => false)]);
        clearTimeout(timer);
      }
      return heard();
    },
  };
}

function wholeAnswersIn(text: string): number {
  let count = 0;
  for (let at = 0; ; count += 1) {
    const head = /^HTTP\/1\.1 \d{3} [^\r]*\r\n(?:[^\r]+\r\n)*\r\n/.exec(text.slice(at))?.[0];
    if (head === undefined) return count;
    at += head.length + Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (at > text.length) return count;
  }
}

/** An answer without what is another one each time. */
export const lasting = (text: string): string =>
  text.replaceAll(/^date: .*\r\n/gim, '').replaceAll(/[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/g, 'an id');
