/** An app on HTTP and WebSocket, and how both end. */
import type { TokenVerifier } from '../../platform/auth/token-verifier.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { App } from '../app.ts';
import { loadMutations } from '../../schema/late-mutations.ts';
import type { Health } from '../health.ts';
import type { GatewayMetrics } from '../metrics.ts';
import { listenHttp } from './http-server.ts';
import { createDirectEntry } from './direct-entry.ts';
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
  /** Sends every open subscription its last result, which says where to resume, and ends it. */
  readonly endSubscriptions?: (() => Promise<void>) | undefined;
}

const DRAIN_MS = 10_000;

export async function serveApp(options: ServeAppOptions): Promise<{ readonly url: string; readonly port: number; stop(): Promise<void> }> {
  const { app, health, host, logger, drainMs = DRAIN_MS, endSubscriptions } = options;
  // Here it is cheap to have at once what the edge loads when it needs it.
  await Promise.all([app.yoga(), loadMutations()]);
  const direct = createDirectEntry({ direct: app.direct, headersOf: app.headersOf, verifier: options.verifier, metrics: options.metrics, logger });
  const http = await listenHttp({ app, direct, host, port: options.port, logger });
  const webSocket = attachWebSocket(http.server, options);
  health.setState('ready');
  let stopping: Promise<void> | null = null;

  async function stop(): Promise<void> {
    health.setState('draining');
    // New connections are refused from here on; then subscriptions end, since they would keep their connections open for ever.
    const httpEnded = http.stop(drainMs);
    try {
      await endSubscriptions?.();
    } finally {
      await Promise.all([webSocket.stop(), httpEnded]);
    }
  }

  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${http.port}`,
    port: http.port,
    stop: () => (stopping ??= stop()),
  };
}
