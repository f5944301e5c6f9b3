/** What is promised about lists whose views move. */
import { describe, expect, test } from 'vitest';
import type { IndexEntry } from '../../domain/views/index-entry.ts';
import type { ListQuery, ReadModels } from '../../platform/read-models/read-models.ts';
import { newTenant, pad, putOf, queryOf, readIds, sampleLeads, samplePut } from './read-models-kit.ts';

export function movesSuite(models: () => ReadModels): void {
  describe('while leads move', () => {
    test('those that stay are seen exactly once and in order, in both directions', async () => {
      for (const direction of ['ASC', 'DESC'] as const) {
        const tenant = newTenant();
        const leads = sampleLeads(80);
        await models().put(leads.map((lead, n) => samplePut(tenant, lead, n)));
        const moves = (n: number): boolean => n % 3 === 0;
        let round = 1;
        const stir = async (): Promise<void> => {
          round++;
          await models().put(leads.flatMap((lead, n) => (moves(n) ? [samplePut(tenant, { ...lead, score: (lead.score + round * 5) % 11 }, n, round)] : [])));
        };
        const seen = await readIds(models(), queryOf(tenant, { direction, first: 4 }), stir);
        const staying = leads
          .flatMap((lead, n) => (moves(n) ? [] : [`${pad(lead.score)}\0${lead.id}`]))
          .sort()
          .map((member) => member.slice(4));
        expect(seen.filter((id) => staying.includes(id))).toEqual(direction === 'ASC' ? staying : staying.reverse());
      }
    });

    test('in an order that does not change nothing is repeated, although the item under the cursor goes away', async () => {
      const tenant = newTenant();
      const leads = sampleLeads(30);
      await models().put(leads.map((lead, n) => samplePut(tenant, lead, n)));
      const seen: string[] = [];
      let page = await models().list(queryOf(tenant, { first: 4 }));
      for (let version = 2; page.items.length > 0; version++) {
        seen.push(...page.items.map(({ id }) => id));
        await models().put(page.items.map(({ id }) => putOf(tenant, id, version, null)));
        page = await models().list(queryOf(tenant, { first: 4, after: page.endCursor ?? '' }));
      }
      expect(new Set(seen).size).toBe(30);
      expect(seen).toHaveLength(30);
    });

    test('a view leaves the lists that no longer hold and enters the new ones; without an index it is in none', async () => {
      const tenant = newTenant();
      const index = (tier: string, word: string): IndexEntry => ({
        facets: [`tier:${tier}`],
        sorts: { SCORE: '1', [tier]: 'x' },
        fields: {},
        words: [word, 'both'],
      });
      const lists: Partial<ListQuery>[] = [
        {},
        { facets: ['tier:HOT'] },
        { order: 'HOT' },
        { words: ['first'] },
        { facets: ['tier:COLD'] },
        { order: 'COLD' },
        { words: ['second'] },
        { words: ['both'] },
      ];
      const present = async (): Promise<boolean[]> => Promise.all(lists.map(async (list) => (await readIds(models(), queryOf(tenant, list))).length === 1));
      await models().put([putOf(tenant, 'lead_1', 1, index('HOT', 'first'))]);
      expect(await present()).toEqual([true, true, true, true, false, false, false, true]);
      await models().put([putOf(tenant, 'lead_1', 2, index('COLD', 'second'))]);
      expect(await present()).toEqual([true, false, false, false, true, true, true, true]);
      await models().put([putOf(tenant, 'lead_1', 3, null)]);
      expect(await present()).toEqual(lists.map(() => false));
      expect(await models().get([{ tenant, kind: 'lead', id: 'lead_1' }])).toMatchObject([{ version: 3 }]);
      await models().put([
        putOf(tenant, 'lead_1', 4, index('HOT', 'first')),
        putOf(tenant, 'lead_1', 5, null),
        putOf(tenant, 'lead_1', 6, index('COLD', 'second')),
      ]);
      expect(await present()).toEqual([true, false, false, false, true, true, true, true]);
    });
  });
}
