/** Read models and live bus over Redis by REST, as Node processes use them: undici's pool below, reads of the whole process joined. */
import { createRedisSharedAnswers } from './cache/redis-shared-answers.ts';
import type { SharedAnswers } from './cache/shared-answers.ts';
import type { LiveBus } from './live-bus/live-bus.ts';
import { createUpstashLiveBus } from './live-bus/upstash-live-bus.ts';
import { batchReads } from './read-models/batched-read-models.ts';
import type { Generations } from './read-models/generations.ts';
import type { ReadModels } from './read-models/read-models.ts';
import { createRedisGenerations } from './read-models/redis-generations.ts';
import { createUpstashReadModels } from './read-models/upstash-read-models.ts';
import { createUpstashViewLeases } from './read-models/upstash-view-leases.ts';
import type { ViewLeases } from './read-models/view-leases.ts';
import { createRestClient } from './redis-rest-client.ts';
import { createUndiciRequester } from './redis-rest-undici.ts';
import type { Logger } from './telemetry/logger.ts';

export interface RedisViews {
  readonly readModels: ReadModels;
  readonly viewLeases: ViewLeases;
  readonly liveBus: LiveBus;
  readonly generations: Generations;
  readonly answers: SharedAnswers;
  close(): Promise<void>;
}

/** Connects to nothing yet. */
export function connectRedisViews(address: { readonly url: string; readonly token: string }, logger: Logger): RedisViews {
  const requester = createUndiciRequester(address);
  const client = createRestClient({ ...address, requester });
  const readModels = batchReads(createUpstashReadModels({ client }));
  const liveBus = createUpstashLiveBus({ ...address, logger, requester });
  return {
    readModels,
    viewLeases: createUpstashViewLeases({ client }),
    liveBus,
    generations: createRedisGenerations(client),
    answers: createRedisSharedAnswers({ client }),
    async close() {
      await Promise.all([readModels.close(), liveBus.close()]);
      await requester.close();
    },
  };
}
