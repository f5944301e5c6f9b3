/** An app on HTTP and WebSocket, and how both end. */
import type { TokenVerifier } from '../../platform/auth/token-verifier.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { App } from '../app.ts';
import { loadMutations } from '../../schema/late-mutations.ts';
import { loadSeldom } from '../../schema/seldom.ts';
import type { Health } from '../health.ts';
import type { GatewayMetrics } from '../metrics.ts';
import type { Live } from '../live/live.ts';
import { listenHttp } from './http-server.ts';
import { createDirectEntry } from './direct-entry.ts';
import { createLiveSse } from './live-sse.ts';
import { createStreamEntry } from './stream-entry.ts';
import { createUntaken, type UntakenLimits } from './untaken.ts';
import { attachWebSocket } from './websocket.ts';

export interface ServeAppOptions {
  readonly app: App;
  readonly verifier: TokenVerifier;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly health: Health;
  readonly metrics?: GatewayMetrics | undefined;
  readonly host: string;
  readonly port: number;
  readonly drainMs?: number | undefined;
  /** Absent: every subscription follows the feed for itself. */
  readonly live?: Live | undefined;
  /** When what the system holds for a connection counts as too much. */
  readonly untakenLimits?: Partial<UntakenLimits> | undefined;
  /** Sends every open subscription its last result, which says where to resume, and ends it. */
  readonly endSubscriptions?: (() => Promise<void>) | undefined;
}

const DRAIN_MS = 10_000;
/** Of that time, what subscribers may take who are sent away one after the other. */
const SENDING_AWAY = 0.6;
/** What compiled queries do not need: the first of them are answered by then. Whoever needs it sooner loads it. */
const LOADED_AFTER_MS = 1_000;

export async function serveApp(options: ServeAppOptions): Promise<{ readonly url: string; readonly port: number; stop(): Promise<void> }> {
  const { app, health, host, logger, drainMs = DRAIN_MS, endSubscriptions } = options;
  const { live, verifier, metrics } = options;
  const untaken = createUntaken(logger, options.untakenLimits);
  const liveSse = live && createLiveSse(live, untaken);
  const direct = createDirectEntry({ direct: app.direct, headersOf: app.headersOf, verifier, metrics, logger });
  const streams = createStreamEntry({ liveSse, verifier, metrics, logger });
  const http = await listenHttp({ app, direct, streams, host, port: options.port, logger });
  const webSocket = attachWebSocket(http.server, { ...options, untaken });
  health.setState('ready');
  const loadLater = async (): Promise<void> => {
    try {
      await Promise.all([app.yoga(), loadMutations(), loadSeldom(), http.load()]);
    } catch (error) {
      // Whoever needs it loads it again, and is told.
      logger.error({ err: error }, 'a part of the gateway could not be loaded');
    }
  };
  const loading = setTimeout(() => void loadLater(), LOADED_AFTER_MS).unref();
  let stopping: Promise<void> | null = null;

  async function stop(): Promise<void> {
    clearTimeout(loading);
    health.setState('draining');
    const endsAtMs = performance.now() + drainMs;
    // New connections are refused from here on; then subscriptions end, since they would keep their connections open for ever.
    const httpEnded = http.stop(drainMs);
    const cutOff = setTimeout(() => liveSse?.close(), drainMs);
    try {
      await live?.drain(drainMs * SENDING_AWAY);
      await endSubscriptions?.();
    } finally {
      await Promise.all([webSocket.stop(Math.max(0, endsAtMs - performance.now())), httpEnded]);
      untaken.stop();
      clearTimeout(cutOff);
    }
  }

  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${http.port}`,
    port: http.port,
    stop: () => (stopping ??= stop()),
  };
}
