/** What is promised about single views. */
import { describe, expect, test, vi } from 'vitest';
import type { IndexEntry } from '../../domain/views/index-entry.ts';
import type { ReadModels } from '../../platform/read-models/read-models.ts';
import { emptyIndex, newTenant, pad, putOf, queryOf, readIds, shuffled } from './read-models-kit.ts';

export function viewsSuite(models: () => ReadModels): void {
  describe('a view never goes back to an older version', () => {
    const scored = (score: number): IndexEntry => ({ ...emptyIndex, sorts: { SCORE: pad(score) } });

    test('an older or the same version is refused and leaves document and lists alone', async () => {
      const tenant = newTenant();
      expect(await models().put([putOf(tenant, 'lead_1', 2, scored(20))])).toEqual([true]);
      expect(await models().put([putOf(tenant, 'lead_1', 1, scored(90))])).toEqual([false]);
      expect(await models().put([{ ...putOf(tenant, 'lead_1', 2, null), doc: '"other"' }])).toEqual([false]);
      expect(await models().get([{ tenant, kind: 'lead', id: 'lead_1' }])).toEqual([{ version: 2, doc: '{"id":"lead_1","version":2}' }]);
      expect((await models().list(queryOf(tenant, { sortFrom: pad(20), sortTo: pad(20) }))).items).toHaveLength(1);
      expect(await readIds(models(), queryOf(tenant))).toEqual(['lead_1']);
    });

    test('within one batch each is held against the one before', async () => {
      const tenant = newTenant();
      const views = [2, 1, 5, 5, 3, 9].map((version) => putOf(tenant, 'lead_1', version, scored(version)));
      expect(await models().put(views)).toEqual([true, false, true, false, false, true]);
      const page = await models().list(queryOf(tenant));
      expect(page.items.map(({ id, version }) => ({ id, version }))).toEqual([{ id: 'lead_1', version: 9 }]);
    });

    test('under concurrent puts in any order the newest wins, in every list too', async () => {
      const tenant = newTenant();
      const versions = shuffled(Array.from({ length: 60 }, (_, n) => n + 1));
      const index = (version: number): IndexEntry => ({
        ...emptyIndex,
        sorts: { SCORE: pad(version % 7) },
        facets: [`tier:${version % 3}`],
        words: [`w${version}`],
      });
      await Promise.all(
        versions.map((version) => models().put([putOf(tenant, 'lead_1', version, index(version)), putOf(tenant, 'lead_2', version, index(version))])),
      );
      const found = await models().list(queryOf(tenant));
      expect(found.items.map(({ id, version }) => [id, version])).toEqual([
        ['lead_2', 60],
        ['lead_1', 60],
      ]);
      for (const facet of ['tier:1', 'tier:2']) expect(await readIds(models(), queryOf(tenant, { facets: [facet] }))).toEqual([]);
      expect(await readIds(models(), queryOf(tenant, { words: ['w59'] }))).toEqual([]);
      expect(await readIds(models(), queryOf(tenant, { words: ['w60'] }))).toEqual(['lead_2', 'lead_1']);
    });

    test('answers of a batch over several tenants and scripts come in its order', async () => {
      const tenants = [newTenant(), newTenant(), newTenant()];
      const views = Array.from({ length: 250 }, (_, n) => putOf(tenants[n % 3] ?? newTenant(), `lead_${n % 100}`, n < 200 ? 1 : 2));
      const taken = await models().put(views);
      const seen = new Map<string, number>();
      const expected = views.map(({ tenant, id, version }) => {
        const newer = version > (seen.get(`${tenant} ${id}`) ?? 0);
        if (newer) seen.set(`${tenant} ${id}`, version);
        return newer;
      });
      expect(taken).toEqual(expected);
      const refs = views.map(({ tenant, kind, id }) => ({ tenant, kind, id }));
      expect((await models().get(refs)).map((view) => view?.version)).toEqual(refs.map(({ tenant, id }) => seen.get(`${tenant} ${id}`)));
    });
  });

  test('putIfAbsent: of 50 at once one is stored, and all are told which', async () => {
    const tenant = newTenant();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => models().putIfAbsent({ tenant, kind: 'command', id: 'cmd_1', version: n, doc: `"${n}"`, index: null })),
    );
    expect(new Set(answers.map(({ doc }) => doc)).size).toBe(1);
    expect(await models().get([{ tenant, kind: 'command', id: 'cmd_1' }])).toEqual([answers[0]]);
    expect(answers[0]?.doc).toBe(`"${answers[0]?.version}"`);
  });

  test('a view with ttlSeconds goes away by itself and can then be put anew at any version; a later put without keeps it', async () => {
    const tenant = newTenant();
    const ref = (id: string) => ({ tenant, kind: 'command', id }) as const;
    const view = (id: string, version: number) => ({ ...ref(id), version, doc: '"x"', index: null });
    await models().put([
      { ...view('cmd_1', 5), ttlSeconds: 1 },
      { ...view('cmd_2', 5), ttlSeconds: 1 },
    ]);
    await models().putIfAbsent({ ...view('cmd_3', 5), ttlSeconds: 1 });
    await models().put([view('cmd_2', 6)]);
    expect(await models().get([ref('cmd_1'), ref('cmd_2'), ref('cmd_3')])).toMatchObject([{ version: 5 }, { version: 6 }, { version: 5 }]);
    await vi.waitFor(async () => expect(await models().get([ref('cmd_1'), ref('cmd_3')])).toEqual([null, null]), { timeout: 10_000, interval: 50 });
    expect(await models().get([ref('cmd_2')])).toMatchObject([{ version: 6 }]);
    expect(await models().put([view('cmd_1', 1)])).toEqual([true]);
  });

  test('what cannot be stored is refused as a whole, with the reason', async () => {
    const tenant = newTenant();
    const good = putOf(tenant, 'lead_1', 1, emptyIndex);
    for (const bad of [
      { version: 1.5 },
      { version: -1 },
      { version: 2 ** 53 },
      { id: '' },
      { id: 'a\0b' },
      { ttlSeconds: 0, index: null },
      { ttlSeconds: 5 },
    ]) {
      await expect(models().put([good, { ...putOf(tenant, 'lead_2', 1, emptyIndex), ...bad }])).rejects.toThrow(RangeError);
      await expect(models().putIfAbsent({ ...good, ...bad })).rejects.toThrow(RangeError);
    }
    expect(await models().get([{ tenant, kind: 'lead', id: 'lead_1' }])).toEqual([null]);
  });
}
