/** A TCP proxy on loopback that can go silent: to see what a program makes of a server that takes everything and says nothing. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export type ProxyMode =
  | 'pass'
  /** What the client sends arrives; what the server answers does not. */
  | 'swallow answers'
  /** Nothing passes, in either direction, until it does again: what waits is kept. */
  | 'freeze';

export interface TcpProxy {
  readonly port: number;
  set(mode: ProxyMode): void;
  /** Cuts every connection. */
  cut(): void;
  stop(): Promise<void>;
}

/** `rewrite` may change what the server answers (its own address, where it tells that). */
export async function startTcpProxy(targetPort: number, rewrite: (answer: Buffer, proxyPort: number) => Buffer = (answer) => answer): Promise<TcpProxy> {
  let mode: ProxyMode = 'pass';
  const sockets = new Set<Socket>();
  const thaw = (): void => {
    for (const socket of sockets) {
      if (mode === 'freeze') socket.pause();
      else socket.resume();
    }
  };
  const keep = (socket: Socket, other: Socket): void => {
    sockets.add(socket);
    socket.setNoDelay(true);
    // Either side may break off at any time: that is what this is for.
    socket.on('error', () => other.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      other.destroy();
    });
  };
  const server = createServer((client) => {
    const upstream = connect(targetPort, '127.0.0.1');
    keep(client, upstream);
    keep(upstream, client);
    client.on('data', (data) => void upstream.write(data));
    upstream.on('data', (data) => {
      if (mode !== 'swallow answers') client.write(rewrite(data, port));
    });
    if (mode === 'freeze') thaw();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const cut = (): void => sockets.forEach((socket) => socket.destroy());
  return {
    port,
    set(next) {
      mode = next;
      thaw();
    },
    cut,
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
