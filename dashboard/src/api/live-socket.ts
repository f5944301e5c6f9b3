/** The WebSocket of all subscriptions, and what can honestly be said of it. */
import { CloseCode, createClient, type Client } from 'graphql-ws';
import { createStore, type Store } from './external-store.ts';

/** offline: no connection for OFFLINE_AFTER_MS, or the browser knows that it has no network. It is tried again in all states. */
export type ConnectionState = 'connecting' | 'live' | 'reconnecting' | 'offline';

export interface LiveSocket {
  readonly client: Client;
  readonly state: Store<ConnectionState>;
  close(): void;
}

const KEEP_ALIVE_MS = 10_000;
const PONG_WITHIN_MS = 5_000;
const OFFLINE_AFTER_MS = 15_000;

const isRefused = (event: unknown): boolean =>
  typeof event === 'object' && event !== null && 'code' in event && (event.code === CloseCode.Forbidden || event.code === CloseCode.Unauthorized);

/** `onRefused` is called when the server does not take the token any more. */
export function createLiveSocket(token: string, onRefused: () => void): LiveSocket {
  const state = createStore<ConnectionState>('connecting');
  let wasLive = false;
  let pongTimer: ReturnType<typeof setTimeout> | undefined;
  let offlineTimer: ReturnType<typeof setTimeout> | undefined;

  const lost = (): void => {
    clearTimeout(pongTimer);
    if (state.get() === 'live' || state.get() === 'connecting') state.set(navigator.onLine ? (wasLive ? 'reconnecting' : 'connecting') : 'offline');
    offlineTimer ??= setTimeout(() => state.set('offline'), OFFLINE_AFTER_MS);
  };
  const client = createClient({
    url: () => `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`,
    connectionParams: { authorization: `Bearer ${token}` },
    keepAlive: KEEP_ALIVE_MS,
    lazyCloseTimeout: 1_000,
    // Each subscription resumes behind its own last cursor (follow.ts): a retry in here would ask for everything since its first one.
    retryAttempts: 0,
    // Whoever follows gets the reason.
    onNonLazyError: () => undefined,
    on: {
      connected() {
        clearTimeout(offlineTimer);
        offlineTimer = undefined;
        wasLive = true;
        state.set('live');
      },
      closed(event) {
        if (isRefused(event)) onRefused();
        else lost();
      },
      // A connection that died silently still looks open: no pong within the time means that it is gone.
      ping: (received) => void (received || (pongTimer = setTimeout(() => client.terminate(), PONG_WITHIN_MS))),
      pong: (received) => void (received && clearTimeout(pongTimer)),
    },
  });
  const onOffline = (): void => client.terminate();
  window.addEventListener('offline', onOffline);

  return {
    client,
    state,
    close() {
      window.removeEventListener('offline', onOffline);
      clearTimeout(pongTimer);
      clearTimeout(offlineTimer);
      void client.dispose();
    },
  };
}
