/** The live bus over Redis by REST: Upstash, or any Redis behind our bridge. Edge safe; where no stream can live, `since` and `latest` still work. */
import { createRestClient, type RestRequester } from '../redis-rest-client.ts';
import { createFetchRequester } from '../redis-rest-fetch.ts';
import { silentLogger, type Logger } from '../telemetry/logger.ts';
import type { LiveBus } from './live-bus.ts';
import { createLiveLog } from './live-log.ts';
import { startSubscription } from './live-subscription.ts';

export interface UpstashLiveBusOptions {
  readonly url: string;
  readonly token: string;
  /** Requests take at most this long; 5,000 if absent. */
  readonly timeoutMs?: number | undefined;
  /** Messages kept for each tenant, about; 10,000 if absent. */
  readonly keep?: number | undefined;
  /** Letters and digits; `live` if absent. One for all tenants. */
  readonly channel?: string | undefined;
  readonly logger?: Logger | undefined;
  /** Does the requests instead of fetch (then `url`, `token` and `timeoutMs` are its business). */
  readonly requester?: RestRequester | undefined;
}

/** Opens nothing until it is used. Errors are those of RestRedis. */
export function createUpstashLiveBus(options: UpstashLiveBusOptions): LiveBus {
  const { keep = 10_000, channel = 'live', logger = silentLogger, requester = createFetchRequester(options) } = options;
  const log = createLiveLog(createRestClient({ ...options, requester }), channel, keep);
  const subscriptions = new Set<{ stop(): Promise<void> }>();

  return {
    publish: (messages) => (messages.length === 0 ? Promise.resolve() : log.append(messages)),
    async subscribe(onMessage, onState = () => undefined, onGap = () => undefined) {
      const started = await startSubscription({ requester, channel, log, logger, onMessage, onState, onGap });
      const subscription = {
        ...started,
        async stop() {
          subscriptions.delete(subscription);
          await started.stop();
        },
      };
      subscriptions.add(subscription);
      return subscription;
    },
    since: (tenant, cursor, limit) => log.since(tenant, cursor, limit),
    latest: async (tenant) => (await log.latest([tenant])).get(tenant) ?? '',
    check: () => log.check(),
    async close() {
      await Promise.all([...subscriptions].map((subscription) => subscription.stop()));
    },
  };
}
