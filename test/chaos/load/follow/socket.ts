/** A follower over WebSocket that comes back with `after`. */
import { WebSocket } from 'ws';
import { FOLLOW, type Connect, type FollowResult } from './connection.ts';

interface Message {
  readonly type: string;
  readonly payload?: unknown;
}

const CONNECTED_WITHIN_MS = 5_000;

export const connectSocket: Connect = ({ port, token, leadId, after, onResult }) => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws', { handshakeTimeout: CONNECTED_WITHIN_MS });
  const say = (message: object): void => socket.send(JSON.stringify(message));
  socket.on('open', () => say({ type: 'connection_init', payload: { token } }));
  socket.on('message', (data: Buffer) => {
    const { type, payload } = JSON.parse(data.toString('utf8')) as Message;
    if (type === 'connection_ack') say({ id: '1', type: 'subscribe', payload: { query: FOLLOW, variables: { id: leadId, after } } });
    else if (type === 'next') onResult(payload as FollowResult);
    else if (type === 'complete' || type === 'error') socket.terminate();
  });
  const ended = new Promise<void>((resolve) => void socket.on('error', () => resolve()).on('close', () => resolve()));
  return { ended, leave: () => socket.terminate() };
};
