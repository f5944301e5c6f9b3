/** Read models that follow the pointer: the same promises, and what is promised while generations change. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { TenantId } from '../../domain/ids.ts';
import { batchReads } from '../../platform/read-models/batched-read-models.ts';
import { GENERATIONS_KEY, pointerText, type GenerationPointer } from '../../platform/read-models/generation-pointer.ts';
import type { Generations } from '../../platform/read-models/generations.ts';
import { ReadModelsUnavailableError, SYSTEM_TENANT, type ReadModels } from '../../platform/read-models/read-models.ts';
import { createRedisGenerations } from '../../platform/read-models/redis-generations.ts';
import { createUpstashReadModels } from '../../platform/read-models/upstash-read-models.ts';
import { haveRedisServer } from '../support/own-redis.ts';
import { startOwnRestRedis, type OwnRestRedis } from '../support/own-redis-rest.ts';
import { emptyIndex, newTenant, putOf, queryOf, readIds } from './read-models-kit.ts';
import { readModelsSuite } from './read-models.suite.ts';
import { createCountingClient } from './redis-over-rest.ts';

describe.skipIf(!haveRedisServer())('generations of read models', () => {
  let own: OwnRestRedis;
  let generations: Generations;
  let stamp = 1;
  beforeAll(async () => {
    own = await startOwnRestRedis();
    generations = createRedisGenerations(own.client());
  });
  afterAll(() => own.stop());

  const setPointer = async (change: Partial<GenerationPointer>): Promise<void> => {
    const pointer = { serving: null, building: null, stamp: (stamp += 1), run: '', source: 'test', ...change };
    await own.client().command(['SET', GENERATIONS_KEY, pointerText(pointer)]);
  };
  const sweepBelow = async (generation: number): Promise<number> => {
    let count = 0;
    for await (const removed of generations.sweepBelow(generation)) count += removed;
    return count;
  };
  const open = (): ReadModels => createUpstashReadModels({ client: own.client() });
  const listed = { ...emptyIndex, sorts: { SCORE: '1' } };
  const view = (tenant: TenantId, version: number) => putOf(tenant, 'lead_1', version, listed);

  describe('one that serves', () => {
    beforeAll(() => setPointer({ serving: 3 }));
    readModelsSuite('Redis over REST by the pointer', open);
  });
  describe('one that serves and one that is being built', () => {
    beforeAll(() => setPointer({ serving: 3, building: 4 }));
    readModelsSuite('Redis over REST by the pointer, reads batched', () => batchReads(open()));
  });

  test('reads and writes cost one request, while another generation is being built a write costs two', async () => {
    const { client, requests } = createCountingClient(own.address);
    const models = createUpstashReadModels({ client });
    const costOf = async (act: () => Promise<unknown>): Promise<number> => {
      const before = requests();
      await act();
      return requests() - before;
    };
    const tenant = newTenant();
    const ref = { tenant, collection: 'timeline', id: 'lead_1' } as const;
    const reads = [() => models.get([view(tenant, 1)]), () => models.list(queryOf(tenant)), () => models.entries(ref, { first: 1 })];
    const writes = [
      () => models.put([view(tenant, 1)]),
      () => models.putIfAbsent(view(tenant, 1)),
      () => models.append([{ ...ref, n: 1, doc: '1' }]),
      () => models.removeEntries([ref]),
    ];
    await setPointer({ serving: 3 });
    await models.get([view(tenant, 1)]);
    for (const call of [...reads, ...writes]) expect(await costOf(call)).toBe(1);
    await setPointer({ serving: 3, building: 4 });
    for (const call of reads) expect(await costOf(call)).toBe(1);
    for (const call of writes) expect(await costOf(call)).toBe(2);
  });

  test('what is written while two live is in both; what stands in the older alone is not missed by who knew only the newer', async () => {
    const tenant = newTenant();
    const models = open();
    await setPointer({ serving: 3 });
    await models.put([view(tenant, 1)]);
    await setPointer({ serving: 3, building: 4 });
    // This process has not heard of it.
    await models.put([view(tenant, 2)]);
    await models.append([{ tenant, collection: 'timeline', id: 'lead_1', n: 2, doc: '"two"' }]);
    for (const generation of [3, 4]) {
      expect(await generations.of(generation).get([view(tenant, 1)])).toMatchObject([{ version: 2 }]);
      expect(await generations.of(generation).entries({ tenant, collection: 'timeline', id: 'lead_1' }, { first: 9 })).toEqual([{ n: 2, doc: '"two"' }]);
    }
  });

  test('a put answers for the generation that serves', async () => {
    const tenant = newTenant();
    await setPointer({ serving: 3, building: 4 });
    await generations.of(3).put([view(tenant, 5)]);
    expect(await open().put([view(tenant, 5)])).toEqual([false]);
    expect(await generations.of(4).get([view(tenant, 5)])).toMatchObject([{ version: 5 }]);
    await generations.of(4).put([view(tenant, 9)]);
    expect(await open().put([view(tenant, 8)])).toEqual([true]);
  });

  describe('where no generation can be trusted', () => {
    const withoutOne: [string, () => Promise<unknown>][] = [
      ['no pointer', () => own.client().command(['DEL', GENERATIONS_KEY])],
      ['none serves', () => setPointer({})],
      ['none serves and one is being built', () => setPointer({ building: 4 })],
      ['nonsense for a pointer', () => own.client().command(['SET', GENERATIONS_KEY, '{"serving":"3"}'])],
    ];
    test.each(withoutOne)('%s: views are nowhere and lists are refused, never empty', async (_, arrange) => {
      await setPointer({ serving: 3 });
      const tenant = newTenant();
      const knowing = open();
      await knowing.put([view(tenant, 1)]);
      await arrange();
      for (const [n, models] of [knowing, open(), batchReads(open())].entries()) {
        expect(await models.get([view(tenant, 1)])).toEqual([null]);
        await expect(models.list(queryOf(tenant))).rejects.toThrow(ReadModelsUnavailableError);
        await expect(models.list(queryOf(tenant))).rejects.toThrow('rebuilt');
        await expect(models.entries({ tenant, collection: 'timeline', id: 'lead_1' }, { first: 1 })).rejects.toThrow('rebuilt');
        expect(await models.put([view(tenant, 7 + n)])).toEqual([true]);
        expect(await models.putIfAbsent(view(tenant, 8))).toMatchObject({ version: expect.any(Number) as number });
        await models.append([{ tenant, collection: 'timeline', id: 'lead_1', n: 1, doc: '1' }]);
        await models.check();
      }
    });

    test('what no event makes is there as ever, across flushes of trust and switches', async () => {
      const tenant = newTenant();
      const receipt = { ...putOf(tenant, 'cmd_1', 1), kind: 'command' as const, ttlSeconds: 60 };
      const status = { ...putOf(SYSTEM_TENANT, `worker-${tenant}`, 1, { ...emptyIndex, sorts: { UPDATED: '1' }, facets: [tenant] }), kind: 'status' as const };
      await setPointer({ serving: 3 });
      await open().put([receipt, status, view(tenant, 1)]);
      for (const change of [{}, { serving: 4 }, { serving: 5, building: 6 }]) {
        await setPointer(change);
        expect(await open().get([receipt, view(tenant, 1), receipt])).toMatchObject([{ version: 1 }, null, { version: 1 }]);
        expect(await open().putIfAbsent({ ...receipt, version: 2 })).toMatchObject({ version: 1 });
        const query = queryOf(SYSTEM_TENANT, { kind: 'status', order: 'UPDATED', facets: [tenant] });
        expect(await readIds(open(), query)).toEqual([status.id]);
      }
    });

    test('a stamp that went back is no pointer, for everybody who saw a higher one', async () => {
      const tenant = newTenant();
      const models = open();
      const older = stamp;
      await setPointer({ serving: 3 });
      await models.put([view(tenant, 1)]);
      expect(await models.get([view(tenant, 1)])).toMatchObject([{ version: 1 }]);
      await setPointer({ serving: 3, stamp: older });
      expect(await models.get([view(tenant, 1)])).toEqual([null]);
      await expect(models.list(queryOf(tenant))).rejects.toThrow(ReadModelsUnavailableError);
      await setPointer({ serving: 3 });
      expect(await models.get([view(tenant, 1)])).toMatchObject([{ version: 1 }]);
    });

    test('a server that forgot its scripts still says the pointer behind the writes', async () => {
      const tenant = newTenant();
      const models = open();
      await setPointer({ serving: 3 });
      await models.put([view(tenant, 1)]);
      await own.client().command(['SCRIPT', 'FLUSH']);
      await setPointer({ serving: 3, building: 4 });
      await models.put([view(tenant, 2)]);
      expect(await generations.of(4).get([view(tenant, 1)])).toMatchObject([{ version: 2 }]);
    });
  });

  test('the pointer is replaced only by who knows what stands there', async () => {
    await setPointer({ serving: 3 });
    const { pointer, text } = await generations.read();
    if (pointer === null) throw new Error('a pointer was set');
    expect(await generations.replace(text, { ...pointer, serving: 4, stamp: (stamp += 1) })).toBe(true);
    expect(await generations.replace(text, { ...pointer, serving: 5, stamp: (stamp += 1) })).toBe(false);
    expect((await generations.read()).pointer).toMatchObject({ serving: 4 });
  });

  test('older generations are swept away, and nothing else', async () => {
    const tenant = newTenant();
    const receipt = { ...putOf(tenant, 'cmd_1', 1), kind: 'command' as const, ttlSeconds: 60 };
    for (const generation of [7, 8, 9]) await generations.of(generation).put([view(tenant, 1), receipt]);
    await own.client().command(['SET', 'somebody:else', '1']);
    await sweepBelow(8);
    const found = await Promise.all([7, 8, 9].map((generation) => generations.of(generation).get([view(tenant, 1), receipt])));
    expect(found.map((views) => views.map((each) => each?.version ?? null))).toEqual([
      [null, 1],
      [1, 1],
      [1, 1],
    ]);
    expect(await own.client().command(['GET', 'somebody:else'])).toBe('1');
  });

  describe('while generations are switched under everybody', () => {
    beforeEach(() => setPointer({ serving: 20 }));

    test('no reader gets an answer that is stale, missing or short, whoever writes meanwhile', { timeout: 60_000 }, async () => {
      const tenant = newTenant();
      const ids = Array.from({ length: 6 }, (_, n) => `lead_${n}`);
      // The write model: decided before it is projected; what a writer was told is stored is `acknowledged`.
      const decided = new Map(ids.map((id) => [id, 0]));
      const acknowledged = new Map(ids.map((id) => [id, 0]));
      const putFor = (id: string, version: number) => putOf(tenant, id, version, { ...emptyIndex, sorts: { SCORE: String(version % 9) } });
      const over = new AbortController();
      const [checks, failures] = [{ reads: 0, writes: 0 }, [] as string[]];

      const write = async (models: ReadModels, id: string): Promise<void> => {
        while (!over.signal.aborted) {
          const version = (decided.get(id) ?? 0) + 1;
          decided.set(id, version);
          await models.put([putFor(id, version)]);
          acknowledged.set(id, version);
          checks.writes += 1;
        }
      };
      const expectFresh = (what: string, known: ReadonlyMap<string, number>, found: ReadonlyMap<string, number>): void => {
        for (const [id, version] of known) if ((found.get(id) ?? -1) < version) failures.push(`${what}: ${id} at ${found.get(id)}, not ${version}`);
        checks.reads += 1;
      };
      const read = async (models: ReadModels): Promise<void> => {
        while (!over.signal.aborted) {
          let known = new Map(acknowledged);
          const views = await models.get(ids.map((id) => ({ tenant, kind: 'lead', id })));
          expectFresh('by id', known, new Map(ids.map((id, at) => [id, views[at]?.version ?? -1])));
          known = new Map(acknowledged);
          const page = await models.list(queryOf(tenant, { first: 50 }));
          expectFresh('list', known, new Map(page.items.map(({ id, version }) => [id, version])));
        }
      };
      const switchTo = async (generation: number): Promise<void> => {
        await setPointer({ serving: generation - 1, building: generation });
        for (const id of ids) await generations.of(generation).put([putFor(id, decided.get(id) ?? 0)]);
        await setPointer({ serving: generation });
        await sweepBelow(generation);
      };

      await open().put(ids.map((id) => putFor(id, 0)));
      const writers = ids.map((id) => write(open(), id));
      const readers = [open(), batchReads(open()), open()].map(read);
      for (let generation = 21; generation <= 50; generation++) await switchTo(generation);
      over.abort();
      await Promise.all([...writers, ...readers]);
      expect(failures).toEqual([]);
      expect(checks.reads).toBeGreaterThan(50);
      expect(checks.writes).toBeGreaterThan(50);
    });
  });
});
