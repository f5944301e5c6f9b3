/** A Redis of the test's own behind a bridge of its own: what is flushed or switched there is nobody else's. */
import { startBridge, type Bridge } from '../../platform/redis-rest-bridge/server.ts';
import type { RestRedis } from '../../platform/redis-rest-client.ts';
import { createRestClient } from '../../platform/redis-rest-client.ts';
import { startOwnRedis, type OwnRedis } from './own-redis.ts';

export interface OwnRestRedis {
  readonly redis: OwnRedis;
  readonly address: { readonly url: string; readonly token: string };
  /** Another client, as another process would have. */
  client(): RestRedis;
  stop(): Promise<void>;
}

const TOKEN = 'a-token-of-this-test';

export async function startOwnRestRedis(): Promise<OwnRestRedis> {
  const redis = await startOwnRedis();
  const bridge: Bridge = await startBridge({ redisUrl: redis.url, token: TOKEN, port: 0 });
  const address = { url: bridge.url, token: TOKEN };
  return {
    redis,
    address,
    client: () => createRestClient(address),
    async stop() {
      await bridge.stop();
      await redis.stop();
    },
  };
}
