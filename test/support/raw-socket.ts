/** A WebSocket as it is, for tests of the protocol: sends what it is told to, and keeps whatever comes, in order. */
import { once } from 'node:events';
import { WebSocket } from 'ws';

export interface Said {
  readonly id?: string;
  readonly type: string;
  readonly payload?: unknown;
}

export interface RawSocket {
  /** Objects go out as JSON, everything else as it is. */
  say(message: object | string): void;
  /** Everything that came. */
  heard(): readonly Said[];
  /** Resolves once `count` messages came. */
  hears(count: number): Promise<readonly Said[]>;
  /** Resolves once everything that was sent before was read: a ping has its answer. */
  settled(): Promise<void>;
  leave(): void;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

/** Before connection_init. */
export async function openSocket(url: string, protocols: string[] = ['graphql-transport-ws']): Promise<RawSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, protocols);
  const heard: Said[] = [];
  let onMessage = Promise.withResolvers<void>();
  let pings = 0;
  socket.on('message', (data: Buffer) => {
    heard.push(JSON.parse(data.toString('utf8')) as Said);
    onMessage.resolve();
    onMessage = Promise.withResolvers();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once('close', (code: number, reason: Buffer) => resolve({ code, reason: reason.toString('utf8') }));
  });
  await once(socket, 'open');
  const say = (message: object | string): void => socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  const until = async (isEnough: () => boolean): Promise<void> => {
    while (!isEnough()) {
      const end = await Promise.race([onMessage.promise, closed]);
      if (end) throw new Error(`closed with ${end.code} ${end.reason} after ${JSON.stringify(heard)}`);
    }
  };
  return {
    say,
    heard: () => heard,
    async hears(count) {
      await until(() => heard.length >= count);
      return heard;
    },
    async settled() {
      const number = (pings += 1);
      say({ type: 'ping', payload: { number } });
      const isAnswer = ({ type, payload }: Said): boolean => type === 'pong' && (payload as { number?: number } | undefined)?.number === number;
      await until(() => heard.some(isAnswer));
      heard.splice(heard.findIndex(isAnswer), 1);
    },
    leave: () => socket.terminate(),
    closed,
  };
}

/** Behind connection_ack, which is not among what it heard. */
export async function openConnection(url: string, token: string): Promise<RawSocket> {
  const socket = await openSocket(url);
  socket.say({ type: 'connection_init', payload: { token } });
  const heard = (await socket.hears(1)) as Said[];
  if (heard.shift()?.type !== 'connection_ack') throw new Error('the connection was not acknowledged');
  return socket;
}
