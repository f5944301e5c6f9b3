/** What is promised about lists. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { IndexEntry } from '../../domain/views/index-entry.ts';
import type { ListQuery, ReadModels } from '../../platform/read-models/read-models.ts';
import { byBytes, emptyIndex, indexOfSample, newTenant, pad, putOf, queryOf, readIds, readPages, sampleLeads, samplePut, shuffled } from './read-models-kit.ts';

export function listsSuite(models: () => ReadModels): void {
  describe('lists', () => {
    const leads = sampleLeads(90);
    const tenant = newTenant();
    const expected = (order: 'SCORE' | 'UPDATED' | 'DUE', direction: 'ASC' | 'DESC', keep: (index: IndexEntry) => boolean = () => true): string[] => {
      const members = leads.flatMap((lead, n) => {
        const index = indexOfSample(lead, n);
        const key = (index.sorts as Readonly<Record<string, string | undefined>>)[order];
        return key !== undefined && keep(index) ? [`${key}\0${lead.id}`] : [];
      });
      const ids = members.sort(byBytes).map((member) => member.slice(member.indexOf('\0') + 1));
      return direction === 'ASC' ? ids : ids.reverse();
    };
    beforeAll(() => models().put(shuffled(leads.map((lead, n) => samplePut(tenant, lead, n)))));

    const facets = [[], ['tier:HOT'], ['tier:HOT', 'stage:NEW'], ['stage:CONTACTED', 'tag:vip', 'tier:COLD'], ['tag:nobody'], ['tier:HOT', 'tier:HOT']];
    for (const order of ['SCORE', 'UPDATED', 'DUE'] as const)
      for (const direction of ['ASC', 'DESC'] as const)
        test(`${order} ${direction} pages through completely, without repeats, ties included, under every combination of filters`, async () => {
          for (const wanted of facets)
            for (const first of [1, 7, 500]) {
              const found = await readIds(models(), queryOf(tenant, { order, direction, facets: wanted, first }));
              expect(found, `${wanted.join()} by ${first}`).toEqual(
                expected(order, direction, (index) => wanted.every((facet) => index.facets.includes(facet))),
              );
            }
        });

    test('bounds on the sort key are inclusive on both sides', async () => {
      for (const direction of ['ASC', 'DESC'] as const)
        for (const [from, to] of [
          [3, 7],
          [5, 5],
          [7, 3],
          [undefined, 4],
          [8, undefined],
        ] as const) {
          const bounds = { ...(from === undefined ? {} : { sortFrom: pad(from) }), ...(to === undefined ? {} : { sortTo: pad(to) }) };
          const keep = ({ sorts }: IndexEntry): boolean => (sorts['SCORE'] ?? '') >= pad(from ?? 0) && (sorts['SCORE'] ?? '') <= pad(to ?? 999);
          expect(await readIds(models(), queryOf(tenant, { direction, ...bounds }))).toEqual(expected('SCORE', direction, keep));
        }
    });

    test('conditions hold on numbers and on texts, and a missing field or another type fails them', async () => {
      const ask = (where: ListQuery['where'], more: Partial<ListQuery> = {}) =>
        readIds(models(), queryOf(tenant, { order: 'UPDATED', direction: 'ASC', where, ...more }));
      const score = (index: IndexEntry): number => Number(index.fields['score']);
      const updated = (index: IndexEntry): string => String(index.fields['updated']);
      expect(await ask([{ field: 'score', op: 'GTE', value: 9 }])).toEqual(expected('UPDATED', 'ASC', (index) => score(index) >= 9));
      expect(await ask([{ field: 'score', op: 'LTE', value: 4.5 }])).toEqual(expected('UPDATED', 'ASC', (index) => score(index) <= 4.5));
      const since = '2026-01-04T00:00:00.000Z';
      expect(await ask([{ field: 'updated', op: 'GTE', value: since }])).toEqual(expected('UPDATED', 'ASC', (index) => updated(index) >= since));
      const both = await ask(
        [
          { field: 'updated', op: 'LTE', value: since },
          { field: 'score', op: 'GTE', value: 3 },
        ],
        { facets: ['tier:WARM'] },
      );
      expect(both).toEqual(expected('UPDATED', 'ASC', (index) => updated(index) <= since && score(index) >= 3 && index.facets.includes('tier:WARM')));
      expect(await ask([{ field: 'nothing', op: 'GTE', value: 0 }])).toEqual([]);
      expect(await ask([{ field: 'score', op: 'GTE', value: '0' }])).toEqual([]);
      expect(await ask([{ field: 'updated', op: 'GTE', value: 0 }])).toEqual([]);
    });

    test('each word must begin one of the words, in the order asked for, with every other filter', async () => {
      const begins = (index: IndexEntry, word: string): boolean => index.words.some((each) => each.startsWith(word));
      for (const words of [['ada'], ['adam'], ['ad'], ['zip3'], ['ada', 'zip'], ['ber', 'zip1'], ['ad', 'ada'], ['nobody'], ['']])
        for (const direction of ['ASC', 'DESC'] as const) {
          const keep = (index: IndexEntry): boolean => words.every((word) => begins(index, word));
          const found = await readIds(models(), queryOf(tenant, { direction, words, first: 4 }));
          expect({ words, found }).toEqual({ words, found: expected('SCORE', direction, keep) });
          const hot = await readIds(
            models(),
            queryOf(tenant, { order: 'DUE', direction, words, facets: ['tier:HOT'], where: [{ field: 'score', op: 'GTE', value: 2 }], first: 3 }),
          );
          expect(hot).toEqual(expected('DUE', direction, (index) => keep(index) && index.facets.includes('tier:HOT') && Number(index.fields['score']) >= 2));
        }
    });

    test('items come with their document, version and cursor', async () => {
      const [page] = await readPages(models(), queryOf(tenant, { first: 3 }));
      for (const item of page?.items ?? []) {
        expect(item).toMatchObject({ version: 1, doc: JSON.stringify({ id: item.id, version: 1 }) });
        const rest = await models().list(queryOf(tenant, { first: 500, after: item.cursor }));
        expect(rest.items.map(({ id }) => id)).toEqual(expected('SCORE', 'DESC').slice(expected('SCORE', 'DESC').indexOf(item.id) + 1));
      }
      expect(page).toMatchObject({ hasNextPage: true, endCursor: page?.items.at(-1)?.cursor });
    });

    test('a cursor made up by a client narrows the bounds and never widens them', async () => {
      const bounds = { sortFrom: pad(4), sortTo: pad(6), first: 500 };
      const all = expected('SCORE', 'ASC', ({ sorts }) => sorts['SCORE'] === pad(4) || sorts['SCORE'] === pad(5) || sorts['SCORE'] === pad(6));
      expect(await readIds(models(), queryOf(tenant, { ...bounds, direction: 'ASC', after: '' }))).toEqual(all);
      expect(await readIds(models(), queryOf(tenant, { ...bounds, direction: 'DESC', after: '\uD800~~~ \u{1F600}' }))).toEqual(all.toReversed());
      expect(await readIds(models(), queryOf(tenant, { ...bounds, direction: 'ASC', after: '999' }))).toEqual([]);
      expect(await readIds(models(), queryOf(tenant, { ...bounds, direction: 'DESC', after: '' }))).toEqual([]);
    });

    test('a page has 1 to 500 items; anything else is refused', async () => {
      for (const first of [0, -1, 501, 1.5, Number.NaN]) await expect(models().list(queryOf(tenant, { first }))).rejects.toThrow(RangeError);
    });

    test('an unknown order, kind or tenant is an empty list', async () => {
      const empty = { items: [], endCursor: null, hasNextPage: false };
      expect(await models().list(queryOf(tenant, { order: 'NONE' }))).toMatchObject(empty);
      expect(await models().list(queryOf(tenant, { kind: 'property' }))).toMatchObject(empty);
      expect(await models().list(queryOf(newTenant()))).toMatchObject(empty);
    });
  });

  test('an edition is the same until a list of its kind and tenant moves, and another one after each move', async () => {
    const tenant = newTenant();
    const edition = async (kind: 'lead' | 'property' = 'lead'): Promise<string | undefined> => (await models().list(queryOf(tenant, { kind }))).edition;
    const put = async (id: string, version: number, score: number | null): Promise<unknown> =>
      models().put([putOf(tenant, id, version, score === null ? null : { ...emptyIndex, sorts: { SCORE: pad(score) } })]);
    const editions = new Set<string | undefined>();
    const moves = [() => put('lead_1', 1, 5), () => put('lead_2', 1, 5), () => put('lead_1', 2, 7), () => put('lead_1', 3, null)];
    for (const move of moves) {
      await move();
      expect(await edition()).toBe(await edition());
      editions.add(await edition());
    }
    const last = await edition();
    await put('lead_2', 1, 9);
    await put('lead_3', 1, null);
    await models().put([{ ...putOf(newTenant(), 'lead_1', 1, { ...emptyIndex, sorts: { SCORE: '1' } }) }]);
    await models().put([{ ...putOf(tenant, 'prop_1', 1, { ...emptyIndex, sorts: { SCORE: '1' } }), kind: 'property' }]);
    expect(await edition()).toBe(last);
    expect(editions.size).toBe(moves.length);
    expect([...editions]).not.toContain(undefined);
    expect(await edition('property')).not.toBe(last);
  });

  test('a long walk for what half of the views fulfil finds each of them once', async () => {
    const tenant = newTenant();
    const half = (n: number): string => `half:${n % 2}`;
    const views = Array.from({ length: 1300 }, (_, n) =>
      putOf(tenant, `lead_${pad(n, 5)}`, 1, { ...emptyIndex, facets: ['all', half(n)], sorts: { SCORE: pad(n, 5) }, fields: { half: half(n) } }),
    );
    await models().put(views);
    for (const direction of ['ASC', 'DESC'] as const)
      for (const n of [0, 1]) {
        const where = [
          { field: 'half', op: 'GTE', value: half(n) },
          { field: 'half', op: 'LTE', value: half(n) },
        ] as const;
        const expected = views.filter((_, at) => at % 2 === n).map(({ id }) => id);
        const found = await readIds(models(), queryOf(tenant, { direction, where, facets: ['all'], first: 500 }));
        expect(found).toEqual(direction === 'ASC' ? expected : expected.reverse());
      }
  });

  test('a word that thousands have and one that few have both find everything', async () => {
    const tenant = newTenant();
    const count = 1200;
    const views = Array.from({ length: count }, (_, n) =>
      putOf(tenant, `lead_${pad(n, 5)}`, 1, { ...emptyIndex, sorts: { SCORE: pad((n * 31) % 97) }, words: n % 300 === 0 ? ['common', 'rare'] : ['common'] }),
    );
    await models().put(views);
    expect(new Set(await readIds(models(), queryOf(tenant, { words: ['com'], first: 500 }))).size).toBe(count);
    const rare = ['lead_00000', 'lead_00300', 'lead_00600', 'lead_00900'];
    expect((await readIds(models(), queryOf(tenant, { words: ['common', 'rar'], first: 3 }))).sort()).toEqual(rare);
  });
}
