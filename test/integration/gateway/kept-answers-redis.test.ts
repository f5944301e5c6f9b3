/** The interleavings of test/property/cache/kept-answers.test.ts, over Redis behind the bridge. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createUpstashReadModels } from '../../../platform/read-models/upstash-read-models.ts';
import { createUpstashViewLeases } from '../../../platform/read-models/upstash-view-leases.ts';
import { keyPrefix } from '../../../platform/read-models/redis-keys.ts';
import { createRestClient } from '../../../platform/redis-rest-client.ts';
import { newTenant } from '../../contract/read-models-kit.ts';
import { nothingGoesBack, type SharedStores } from '../../support/interleaved-world.ts';
import { describeWithServices } from '../../support/services.ts';

const RUNS_MAX = Number(process.env['INTERLEAVINGS'] ?? 1_000);
const TIME_MAX_MS = 20_000;
const GENERATION = 1;

describeWithServices('over Redis', ['bridge'], ({ bridge }) => {
  const client = createRestClient(bridge);
  const readModels = createUpstashReadModels({ client, generation: GENERATION });
  const viewLeases = createUpstashViewLeases({ client, generation: GENERATION });
  const openStores = (): SharedStores => {
    const tenant = newTenant();
    return { tenant, readModels, viewLeases, forget: async (id) => void (await client.command(['UNLINK', `${keyPrefix(tenant, GENERATION)}v:lead:${id}`])) };
  };

  test('no version goes back, whatever comes between a read and its answer', { timeout: 120_000 }, async () => {
    const found = await fc.check(nothingGoesBack({ openStores }), { numRuns: RUNS_MAX, interruptAfterTimeLimit: TIME_MAX_MS });
    console.log(`${found.numRuns} interleavings over Redis`);
    expect(found.failed ? fc.defaultReportMessage(found) : 'holds').toBe('holds');
    expect(found.numRuns).toBeGreaterThan(0);
  });
});
