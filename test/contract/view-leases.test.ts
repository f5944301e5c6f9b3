/** Both leases of views keep the same promises; what is Redis' own stands below. */
import { expect, test } from 'vitest';
import { pointerText, GENERATIONS_KEY } from '../../platform/read-models/generation-pointer.ts';
import { ReadModelsUnavailableError } from '../../platform/read-models/read-models.ts';
import { createUpstashViewLeases } from '../../platform/read-models/upstash-view-leases.ts';
import { createRestClient } from '../../platform/redis-rest-client.ts';
import { createMemoryViewLeases } from '../support/memory-view-leases.ts';
import { haveRedisServer } from '../support/own-redis.ts';
import { startOwnRestRedis } from '../support/own-redis-rest.ts';
import { describeWithServices } from '../support/services.ts';
import { newTenant } from './read-models-kit.ts';
import { createCountingClient } from './redis-over-rest.ts';
import { viewLeasesSuite } from './view-leases.suite.ts';

const shared = createMemoryViewLeases();
viewLeasesSuite('memory', () => shared);

describeWithServices('leases of views in Redis over REST', ['bridge'], ({ bridge }) => {
  viewLeasesSuite('Redis over REST', () => createUpstashViewLeases({ client: createRestClient(bridge), generation: 1 }));

  test('every call is one request, whatever it asks for', async () => {
    const { client, requests } = createCountingClient(bridge);
    const leases = createUpstashViewLeases({ client, generation: 1 });
    const tenants = [newTenant(), newTenant()];
    const wanted = tenants.flatMap((tenant) => Array.from({ length: 600 }, (_, n) => ({ tenant, kind: 'lead' as const, id: `lead_${n}`, versionMin: 0 })));
    const turns = await leases.take(wanted, 1_000);
    expect(turns.every(({ state }) => state === 'MINE')).toBe(true);
    await leases.settle(
      wanted.map((want, at) => ({ ...want, token: (turns[at] as { token: string }).token, version: 1 })),
      1_000,
    );
    expect(requests()).toBe(2);
  });
});

test.skipIf(!haveRedisServer())('where no generation serves nothing is shared, and where one does its keys stand in it', async () => {
  const own = await startOwnRestRedis();
  const client = own.client();
  const leases = createUpstashViewLeases({ client });
  const tenant = newTenant();
  const want = { tenant, kind: 'lead', id: 'lead_1', versionMin: 0 } as const;
  expect(await leases.take([want], 1_000)).toEqual([{ state: 'UNSHARED' }]);
  await client.command(['SET', GENERATIONS_KEY, pointerText({ serving: 3, building: 4, stamp: 1, run: '', source: 's' })]);
  expect(await leases.take([want], 60_000)).toMatchObject([{ state: 'MINE' }]);
  expect(await client.command(['KEYS', `{${tenant}}:*`])).toEqual([`{${tenant}}:g3:l:lead:lead_1`]);
  await own.stop();
});

test('where Redis cannot be reached both calls say so', async () => {
  const leases = createUpstashViewLeases({ client: createRestClient({ url: 'http://127.0.0.1:1', token: 'a-token-for-nobody', timeoutMs: 50 }) });
  const ref = { tenant: newTenant(), kind: 'lead', id: 'lead_1' } as const;
  await expect(leases.take([{ ...ref, versionMin: 0 }], 1_000)).rejects.toThrow(ReadModelsUnavailableError);
  await expect(leases.settle([{ ...ref, token: 't', version: 1 }], 1_000)).rejects.toThrow(ReadModelsUnavailableError);
});
