/** What is promised about tenants, entries, odd texts and empty questions. */
import { describe, expect, test } from 'vitest';
import type { IndexEntry } from '../../domain/views/index-entry.ts';
import type { ReadModels } from '../../platform/read-models/read-models.ts';
import { byBytes, newTenant, putOf, queryOf, readIds, shuffled } from './read-models-kit.ts';

export function boundariesSuite(models: () => ReadModels): void {
  test('nothing crosses tenants or kinds', async () => {
    const [ours, theirs] = [newTenant(), newTenant()];
    const index: IndexEntry = { facets: ['tier:HOT'], sorts: { SCORE: '1' }, fields: { score: 1 }, words: ['ada'] };
    await models().put([putOf(ours, 'lead_1', 5, index), { ...putOf(ours, 'lead_1', 7, index), kind: 'property' }]);
    await models().append([{ tenant: ours, collection: 'timeline', id: 'lead_1', n: 1, doc: '"ours"' }]);
    expect(
      await models().get([
        { tenant: theirs, kind: 'lead', id: 'lead_1' },
        { tenant: ours, kind: 'agent', id: 'lead_1' },
      ]),
    ).toEqual([null, null]);
    expect(await models().put([putOf(theirs, 'lead_1', 1, index)])).toEqual([true]);
    expect(await models().putIfAbsent({ ...putOf(theirs, 'lead_1', 9), kind: 'property' })).toMatchObject({ version: 9 });
    for (const list of [{}, { facets: ['tier:HOT'] }, { words: ['ada'] }]) {
      expect((await models().list(queryOf(ours, list))).items.map(({ version }) => version)).toEqual([5]);
      expect((await models().list(queryOf(theirs, list))).items.map(({ version }) => version)).toEqual([1]);
    }
    expect(await models().entries({ tenant: theirs, collection: 'timeline', id: 'lead_1' }, { first: 9 })).toEqual([]);
    expect(await models().entries({ tenant: ours, collection: 'scores', id: 'lead_1' }, { first: 9 })).toEqual([]);
    await models().removeEntries([{ tenant: theirs, collection: 'timeline', id: 'lead_1' }]);
    expect(await models().entries({ tenant: ours, collection: 'timeline', id: 'lead_1' }, { first: 9 })).toEqual([{ n: 1, doc: '"ours"' }]);
  });

  describe('entries', () => {
    test('come newest first, page by page, and a replay of the same changes nothing', async () => {
      const ref = { tenant: newTenant(), collection: 'timeline', id: 'lead_1' } as const;
      const entries = Array.from({ length: 25 }, (_, n) => ({ ...ref, n: n + 1, doc: n % 2 ? '"same"' : `"${n}:x"` }));
      await models().append(entries);
      await models().append(shuffled(entries));
      await models().append(entries.slice(3, 9));
      const expected = entries.map(({ n, doc }) => ({ n, doc })).reverse();
      expect(await models().entries(ref, { first: 10 })).toEqual(expected.slice(0, 10));
      expect(await models().entries(ref, { first: 10, before: 16 })).toEqual(expected.slice(10, 20));
      expect(await models().entries(ref, { first: 10, before: 6 })).toEqual(expected.slice(20));
      expect(await models().entries(ref, { first: 10, before: 1 })).toEqual([]);
    });

    test('the same number again replaces', async () => {
      const ref = { tenant: newTenant(), collection: 'scores', id: 'lead_1' } as const;
      await models().append([
        { ...ref, n: 3, doc: '"old"' },
        { ...ref, n: 4, doc: '"other"' },
        { ...ref, n: 3, doc: '"new"' },
      ]);
      expect(await models().entries(ref, { first: 5 })).toEqual([
        { n: 4, doc: '"other"' },
        { n: 3, doc: '"new"' },
      ]);
    });

    test('are gone after removeEntries, of that id and collection only', async () => {
      const tenant = newTenant();
      const refs = [
        { tenant, collection: 'timeline', id: 'lead_1' },
        { tenant, collection: 'scores', id: 'lead_1' },
        { tenant, collection: 'timeline', id: 'lead_2' },
      ] as const;
      await models().append(refs.map((ref) => ({ ...ref, n: 1, doc: '1' })));
      await models().removeEntries([refs[0]]);
      await models().removeEntries([]);
      expect(await Promise.all(refs.map((ref) => models().entries(ref, { first: 5 })))).toEqual([[], [{ n: 1, doc: '1' }], [{ n: 1, doc: '1' }]]);
    });
  });

  test('any text survives: quotes, control characters, other scripts, lone surrogates; lists order by code points', async () => {
    const tenant = newTenant();
    const keys = ['a', 'a b', 'ab', 'a\u0001b', 'a\0', '\u00e9', '\uFF21', '\u{1F600}', '\uD800', '"quoted"', "it's \\ %s [^1] (", '', '\uE000'];
    const views = keys.map((key, n) => putOf(tenant, `lead_${n}`, 1, { facets: [`tag:${key}`], sorts: { NAME: key }, fields: { name: key }, words: [key] }));
    const doc = JSON.stringify({ text: keys.join('\n'), nested: { empty: [], none: null, big: 1e21 } });
    await models().put([...views, { ...putOf(tenant, 'lead_doc', 1), doc }]);
    expect(await models().get([{ tenant, kind: 'lead', id: 'lead_doc' }])).toEqual([{ version: 1, doc }]);
    const ids = await readIds(models(), queryOf(tenant, { order: 'NAME', direction: 'ASC', first: 2 }));
    const stored = (key: string): string => key.toWellFormed().replaceAll('\0', '\uFFFD').replaceAll('\u0001', '\uFFFD');
    const members = keys.map((key, n) => `${stored(key)}\0lead_${n}`).sort(byBytes);
    expect(ids).toEqual(members.map((member) => member.slice(member.indexOf('\0') + 1)));
    for (const [n, key] of keys.entries()) {
      const only = {
        order: 'NAME',
        facets: [`tag:${key}`],
        words: [key],
        where: [{ field: 'name', op: 'GTE', value: key }],
        sortFrom: key,
        sortTo: key,
      } as const;
      expect({ key, ids: await readIds(models(), queryOf(tenant, only)) }).toEqual({ key, ids: expect.arrayContaining([`lead_${n}`]) });
    }
  });

  test('nothing asked for is nothing answered', async () => {
    expect(await models().get([])).toEqual([]);
    expect(await models().put([])).toEqual([]);
    await models().append([]);
  });

  test('check answers while it can be reached', async () => {
    await expect(models().check()).resolves.toBeUndefined();
  });
}
