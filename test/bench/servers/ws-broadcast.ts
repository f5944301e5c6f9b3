/** ws alone: whoever connects gets the same bytes as a subscriber of the others, for each event. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { resultOf, serveEvents } from './events.ts';

const server = createServer();
const sockets = new WebSocketServer({ server });
sockets.on('connection', (socket) => {
  // As much of the protocol as its clients wait for.
  socket.on('message', (data: Buffer) => {
    if (data.includes('connection_init')) socket.send('{"type":"connection_ack"}');
  });
  socket.on('error', () => undefined);
});
let version = 3;
server.listen(0, '127.0.0.1', () => {
  serveEvents({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }, () => {
    const text = `{"id":"1","type":"next","payload":${resultOf((version += 1))}}`;
    for (const socket of sockets.clients) socket.send(text);
  });
});
