/** What is promised about totals: they are the sums over the views that are stored, and move with them. */
import { describe, expect, test } from 'vitest';
import { TOTALS_MAX, type ReadModels, type ViewPut } from '../../platform/read-models/read-models.ts';
import { emptyIndex, newTenant, putOf } from './read-models-kit.ts';

type Adds = Readonly<Record<string, number>>;

export function totalsSuite(models: () => ReadModels): void {
  describe('totals', () => {
    const names = ['leads', 'hot', 'worth', 'none'];
    const adding = (tenant: ViewPut['tenant'], id: string, version: number, adds: Adds): ViewPut => putOf(tenant, id, version, { ...emptyIndex, adds });
    const totalsOf = (tenant: ViewPut['tenant']): Promise<number[]> => models().totals({ tenant, kind: 'lead', names });

    test('are the sums of what the views add, in the order of the names; 0 where nothing adds', async () => {
      const tenant = newTenant();
      expect(await totalsOf(tenant)).toEqual([0, 0, 0, 0]);
      await models().put([adding(tenant, 'lead_1', 1, { leads: 1, worth: 500 }), adding(tenant, 'lead_2', 1, { leads: 1, hot: 1, worth: -200 })]);
      expect(await totalsOf(tenant)).toEqual([2, 1, 300, 0]);
      expect(await models().totals({ tenant, kind: 'lead', names: [] })).toEqual([]);
    });

    test('move by the difference where a view adds something else, and lose it where it adds nothing any more', async () => {
      const tenant = newTenant();
      await models().put([adding(tenant, 'lead_1', 1, { leads: 1, hot: 1, worth: 500 }), adding(tenant, 'lead_2', 1, { leads: 1 })]);
      await models().put([adding(tenant, 'lead_1', 2, { leads: 1, worth: 700 })]);
      expect(await totalsOf(tenant)).toEqual([2, 0, 700, 0]);
      await models().put([putOf(tenant, 'lead_1', 3, null)]);
      expect(await totalsOf(tenant)).toEqual([1, 0, 0, 0]);
      await models().put([adding(tenant, 'lead_1', 4, { worth: 9 })]);
      expect(await totalsOf(tenant)).toEqual([1, 0, 9, 0]);
    });

    test('count a view once, however often it is put, and not at all where it is refused as old', async () => {
      const tenant = newTenant();
      const view = adding(tenant, 'lead_1', 5, { leads: 1, worth: 3 });
      await models().put([view, view, adding(tenant, 'lead_1', 4, { leads: 1, hot: 1 })]);
      await models().put([view]);
      await models().putIfAbsent(adding(tenant, 'lead_1', 9, { leads: 1, worth: 1_000 }));
      expect(await totalsOf(tenant)).toEqual([1, 0, 3, 0]);
      await models().putIfAbsent(adding(tenant, 'lead_2', 1, { leads: 1, worth: 4 }));
      expect(await totalsOf(tenant)).toEqual([2, 0, 7, 0]);
    });

    test('are exact for money: whole numbers far beyond what 32 bits hold', async () => {
      const tenant = newTenant();
      const worth = 100_000_000_000;
      await models().put(Array.from({ length: 60 }, (_, n) => adding(tenant, `lead_${n}`, 1, { worth: worth + n })));
      expect((await totalsOf(tenant))[2]).toBe(60 * worth + (59 * 60) / 2);
    });

    test('belong to one tenant and one kind', async () => {
      const [tenant, other] = [newTenant(), newTenant()];
      await models().put([adding(tenant, 'lead_1', 1, { leads: 1 }), { ...adding(tenant, 'prop_1', 1, { leads: 5 }), kind: 'property' }]);
      expect(await totalsOf(other)).toEqual([0, 0, 0, 0]);
      expect(await totalsOf(tenant)).toEqual([1, 0, 0, 0]);
      expect(await models().totals({ tenant, kind: 'property', names: ['leads'] })).toEqual([5]);
    });

    test('may have any name', async () => {
      const tenant = newTenant();
      const odd = ['é', '\u{1F600}', 'a\x01b', 'a\x02b', 'a\0b', 'tier:HOT@2026-03-01', ''];
      await models().put([adding(tenant, 'lead_1', 1, Object.fromEntries(odd.map((name, at) => [name, at + 1])))]);
      // The three separators are one and the same to whoever keeps texts.
      const [first, second, ...rest] = await models().totals({ tenant, kind: 'lead', names: odd });
      expect([first, second]).toEqual([1, 2]);
      expect(rest.at(-2)).toBe(6);
      expect(rest.at(-1)).toBe(7);
    });

    test('of what is no whole number other than 0, or of too many names, are refused, and nothing is put', async () => {
      const tenant = newTenant();
      for (const count of [0, 0.5, Number.NaN, Infinity, 2 ** 53])
        await expect(models().put([adding(tenant, 'lead_1', 1, { leads: count })])).rejects.toThrow(RangeError);
      expect(await models().get([{ tenant, kind: 'lead', id: 'lead_1' }])).toEqual([null]);
      const tooMany = Array.from({ length: TOTALS_MAX + 1 }, (_, at) => `total-${at}`);
      await expect(models().totals({ tenant, kind: 'lead', names: tooMany })).rejects.toThrow(RangeError);
    });
  });
}
