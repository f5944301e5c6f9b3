/** A TCP proxy that stands before a service and harms what goes through it: resets, black holes, slowness. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface Proxy {
  readonly port: number;
  /** Cuts every connection with a reset. New ones pass. */
  reset(): void;
  /** Until `heal`, nothing gets through in either direction and nobody is told; new connections are taken and stay silent. */
  blackHole(): void;
  /** Until `heal`, every piece of data waits this long. */
  slow(delayMs: number): void;
  heal(): void;
  stop(): Promise<void>;
}

type Mode = { readonly kind: 'open' } | { readonly kind: 'black' } | { readonly kind: 'slow'; readonly delayMs: number };

export async function startProxy(options: { readonly targetPort: number; readonly port?: number }): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let mode: Mode = { kind: 'open' };

  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.once('close', () => sockets.delete(socket));
    if (mode.kind === 'black') socket.pause();
    return socket;
  };
  /** One direction. What ends or breaks on one side ends or breaks on the other. */
  const passOn = (from: Socket, to: Socket): void => {
    from.on('data', (chunk) => {
      from.pause();
      const goOn = (): void => {
        if (mode.kind !== 'black') from.resume();
      };
      const write = (): void => {
        if (to.destroyed || to.write(chunk)) goOn();
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
    const upstream = connect({ host: '127.0.0.1', port: options.targetPort });
    keep(client);
    keep(upstream);
    passOn(client, upstream);
    passOn(upstream, client);
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the proxy has no port');

  const heal = (): void => {
    mode = { kind: 'open' };
    for (const socket of sockets) socket.resume();
  };
  const reset = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    port: address.port,
    reset,
    heal,
    blackHole() {
      mode = { kind: 'black' };
      for (const socket of sockets) socket.pause();
    },
    slow(delayMs) {
      heal();
      mode = { kind: 'slow', delayMs };
    },
    async stop() {
      reset();
      server.close();
      await once(server, 'close');
    },
  };
}
