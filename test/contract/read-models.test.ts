/** Both read models keep the same promises; what is Redis' own stands below. */
import { createServer } from 'node:http';
import { once } from 'node:events';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { batchReads } from '../../platform/read-models/batched-read-models.ts';
import { createMemoryReadModels } from '../../platform/read-models/memory-read-models.ts';
import { ReadModelsUnavailableError } from '../../platform/read-models/read-models.ts';
import { createUpstashReadModels } from '../../platform/read-models/upstash-read-models.ts';
import { createRestClient } from '../../platform/redis-rest-client.ts';
import { operations, runOperations } from '../support/read-model-operations.ts';
import { describeWithServices } from '../support/services.ts';
import { emptyIndex, newTenant, pad, putOf, queryOf, readIds, readPages, sampleLeads, samplePut } from './read-models-kit.ts';
import { readModelsSuite } from './read-models.suite.ts';
import { createCountingClient } from './redis-over-rest.ts';

readModelsSuite('memory', () => createMemoryReadModels());

describeWithServices('read models in Redis over REST', ['bridge'], ({ bridge }) => {
  const open = () => createUpstashReadModels({ client: createRestClient(bridge), generation: 1 });

  readModelsSuite('Redis over REST', open);
  readModelsSuite('Redis over REST, reads batched', () => batchReads(open()));

  test('every call is one request to Redis, whatever it asks for', async () => {
    const { client, requests } = createCountingClient(bridge);
    const models = createUpstashReadModels({ client, generation: 1 });
    const costOf = async (act: () => Promise<unknown>): Promise<number> => {
      const before = requests();
      await act();
      return requests() - before;
    };
    const tenants = [newTenant(), newTenant()] as const;
    const [tenant] = tenants;
    const views = sampleLeads(300).map((lead, n) => samplePut(tenants[n % 2 === 0 ? 0 : 1], lead, n));
    const refs = views.map(({ tenant, kind, id }) => ({ tenant, kind, id }));
    const entries = refs.map((ref) => ({ ...ref, collection: 'timeline' as const, n: 1, doc: '1' }));
    expect(await costOf(() => models.put(views))).toBe(1);
    expect(await costOf(() => models.get(refs))).toBe(1);
    expect(await costOf(() => models.putIfAbsent(putOf(tenant, 'lead_1', 1)))).toBe(1);
    expect(await costOf(() => models.append(entries))).toBe(1);
    expect(await costOf(() => models.entries({ tenant, collection: 'timeline', id: 'lead_1' }, { first: 5 }))).toBe(1);
    expect(await costOf(() => models.removeEntries(entries))).toBe(1);
    expect(await costOf(() => models.totals({ tenant, kind: 'lead', names: ['a', 'b'] }))).toBe(1);
    for (const facets of [[], ['tier:HOT'], ['tier:HOT', 'stage:NEW']])
      for (const words of [[], ['ad'], ['ad', 'zip']])
        for (const order of ['SCORE', 'UPDATED', 'DUE'])
          expect(await costOf(() => models.list(queryOf(tenant, { facets, words, order, where: [{ field: 'score', op: 'GTE', value: 2 }] })))).toBe(1);
    expect(await costOf(() => models.get([]))).toBe(0);
  });

  test('all gets of a tick are one request, and those that wait meanwhile the next', async () => {
    const { client, requests } = createCountingClient(bridge);
    const models = batchReads(createUpstashReadModels({ client, generation: 1 }), { flightsMax: 1 });
    const tenant = newTenant();
    await models.put(Array.from({ length: 50 }, (_, n) => putOf(tenant, `lead_${n}`, n + 1)));
    const before = requests();
    const ask = (n: number) => models.get([{ tenant, kind: 'lead', id: `lead_${n % 50}` }]);
    const first = Array.from({ length: 100 }, (_, n) => ask(n));
    await Promise.race([...first, new Promise((resolve) => setImmediate(resolve))]);
    expect(requests() - before).toBe(1);
    const later = Array.from({ length: 100 }, (_, n) => ask(n));
    const answers = (await Promise.all([...first, ...later])).flat();
    expect(answers.map((view) => view?.version)).toEqual(answers.map((_, n) => (n % 50) + 1));
    expect(requests() - before).toBe(2);
  });

  test('a page that finds too little in too much ends early, says where, and the next goes on from there', async () => {
    const models = createUpstashReadModels({ client: createRestClient(bridge), generation: 1, scanMax: 400 });
    const tenant = newTenant();
    const wanted = (n: number): boolean => n === 3 || n === 1100 || n === 1999;
    await models.put(
      Array.from({ length: 2000 }, (_, n) =>
        putOf(tenant, `lead_${pad(n, 5)}`, 1, { ...emptyIndex, sorts: { SCORE: pad(n, 5) }, fields: { rare: wanted(n) ? 1 : 0 } }),
      ),
    );
    for (const direction of ['ASC', 'DESC'] as const) {
      const query = queryOf(tenant, { direction, where: [{ field: 'rare', op: 'GTE', value: 1 }], first: 2 });
      const pages = await readPages(models, query);
      const ids = ['lead_00003', 'lead_01100', 'lead_01999'];
      expect(pages.flatMap((page) => page.items.map(({ id }) => id))).toEqual(direction === 'ASC' ? ids : ids.reverse());
      expect(pages.length).toBeGreaterThan(3);
      expect(pages.some((page) => page.items.length === 0 && page.hasNextPage && page.endCursor !== null)).toBe(true);
    }
  });

  test('another generation is empty and leaves this one alone', async () => {
    const client = createRestClient(bridge);
    const [one, two] = [createUpstashReadModels({ client, generation: 1 }), createUpstashReadModels({ client, generation: 2 })];
    const tenant = newTenant();
    const view = putOf(tenant, 'lead_1', 4, { ...emptyIndex, sorts: { SCORE: '1' } });
    await one.put([view]);
    expect(await two.get([view])).toEqual([null]);
    expect(await readIds(two, queryOf(tenant))).toEqual([]);
    expect(await two.put([{ ...view, version: 1 }])).toEqual([true]);
    expect(await one.get([view])).toMatchObject([{ version: 4 }]);
  });

  test('over random operations it equals the read models in memory, page for page', async () => {
    await fc.assert(
      fc.asyncProperty(operations({ maxLength: 25 }), async (steps) => {
        const tenant = newTenant();
        expect(await runOperations(open(), tenant, steps)).toEqual(await runOperations(createMemoryReadModels(), tenant, steps));
      }),
      { numRuns: 60 },
    );
  });
});

test('where Redis cannot be reached every call says so', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const address = silent.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const tenant = newTenant();
  const ref = { tenant, collection: 'timeline', id: 'lead_1' } as const;
  for (const url of ['http://127.0.0.1:1', `http://127.0.0.1:${port}`]) {
    const models = batchReads(createUpstashReadModels({ client: createRestClient({ url, token: 'a-token-for-nobody', timeoutMs: 50 }) }));
    const calls = [
      () => models.put([putOf(tenant, 'lead_1', 1)]),
      () => models.putIfAbsent(putOf(tenant, 'lead_1', 1)),
      () => models.get([{ tenant, kind: 'lead', id: 'lead_1' }]),
      () => models.list(queryOf(tenant)),
      () => models.totals({ tenant, kind: 'lead', names: ['a'] }),
      () => models.append([{ ...ref, n: 1, doc: '1' }]),
      () => models.entries(ref, { first: 1 }),
      () => models.removeEntries([ref]),
      () => models.check(),
    ];
    for (const call of calls) await expect(call()).rejects.toThrow(ReadModelsUnavailableError);
  }
  silent.closeAllConnections();
  silent.close();
});
