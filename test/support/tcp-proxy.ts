/** A TCP proxy on loopback that stands before a service and harms what goes through it: resets, silence, slowness. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface TcpProxy {
  readonly port: number;
  /** Cuts every connection with a reset. New ones pass. */
  reset(): void;
  /** Closes every connection. New ones pass. */
  cut(): void;
  /** Until `heal`, nothing gets through in either direction and nobody is told; new connections are taken and stay silent. What waits is kept. */
  blackHole(): void;
  /** Until `heal`, what clients send arrives, and what the service answers is lost. */
  swallowAnswers(): void;
  /** Until `heal`, every piece of data waits this long. */
  slow(delayMs: number): void;
  heal(): void;
  stop(): Promise<void>;
}

export interface TcpProxyOptions {
  readonly targetPort: number;
  /** May change what the service answers (its own address, where it tells that). */
  readonly rewrite?: ((answer: Buffer, proxyPort: number) => Buffer) | undefined;
}

type Mode = { readonly kind: 'open' | 'black' | 'mute' } | { readonly kind: 'slow'; readonly delayMs: number };
const OPEN: Mode = { kind: 'open' };

export async function startTcpProxy({ targetPort, rewrite }: TcpProxyOptions): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  /** A piece of theirs is on its way: what comes behind it must not overtake it. */
  const held = new Set<Socket>();
  let mode: Mode = OPEN;

  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.once('close', () => sockets.delete(socket));
    if (mode.kind === 'black') socket.pause();
    return socket;
  };
  /** One direction. What ends or breaks on one side ends or breaks on the other. `change`: null where the piece is lost. */
  const passOn = (from: Socket, to: Socket, change: (chunk: Buffer) => Buffer | null): void => {
    from.on('data', (chunk: Buffer) => {
      from.pause();
      held.add(from);
      const goOn = (): void => {
        held.delete(from);
        if (mode.kind !== 'black') from.resume();
      };
      const write = (): void => {
        const changed = change(chunk);
        if (changed === null || to.destroyed || to.write(changed)) goOn();
        else to.once('drain', goOn);
      };
      if (mode.kind === 'slow') setTimeout(write, mode.delayMs);
      else write();
    });
    from.once('end', () => to.end());
    from.once('error', () => to.destroy());
    from.once('close', () => to.destroy());
  };

  const server = createServer((client) => {
    const upstream = connect({ host: '127.0.0.1', port: targetPort });
    keep(client);
    keep(upstream);
    passOn(client, upstream, (asked) => asked);
    passOn(upstream, client, (answer) => (mode.kind === 'mute' ? null : (rewrite?.(answer, port) ?? answer)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const change = (next: Mode): void => {
    mode = next;
    for (const socket of sockets) {
      if (mode.kind === 'black') socket.pause();
      else if (!held.has(socket)) socket.resume();
    }
  };
  const reset = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port,
    reset,
    cut,
    blackHole: () => change({ kind: 'black' }),
    swallowAnswers: () => change({ kind: 'mute' }),
    slow: (delayMs) => change({ kind: 'slow', delayMs }),
    heal: () => change(OPEN),
    async stop() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}

/** For Kafka, which tells its clients the broker's own address: they must come through the proxy again. */
export function keepingKafkaClients(brokerPort: number): (answer: Buffer, proxyPort: number) => Buffer {
  const address = (port: number): Buffer => {
    const bytes = Buffer.from('127.0.0.1\0\0\0\0', 'latin1');
    bytes.writeInt32BE(port, 9);
    return bytes;
  };
  const own = address(brokerPort);
  return (answer, proxyPort) => {
    for (let at = answer.indexOf(own); at !== -1; at = answer.indexOf(own, at + 1)) address(proxyPort).copy(answer, at);
    return answer;
  };
}
