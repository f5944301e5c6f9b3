/** What every store of shared answers promises, whatever keeps them. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { TenantId } from '../../domain/ids.ts';
import type { AnswerParts, SharedAnswers, ViewRead } from '../../platform/cache/shared-answers.ts';
import type { ListQuery, ReadModels } from '../../platform/read-models/read-models.ts';
import { emptyIndex, newTenant, pad, putOf, queryOf } from './read-models-kit.ts';

export interface OpenedAnswers {
  readonly answers: SharedAnswers;
  readonly readModels: ReadModels;
}

const KEY = 'a'.repeat(64);
const LONG_MS = 60_000;

export function sharedAnswersSuite(name: string, open: () => OpenedAnswers): void {
  describe(`shared answers: ${name}`, () => {
    const { answers, readModels } = open();
    let tenant: TenantId;
    beforeEach(() => {
      tenant = newTenant();
    });
    const put = (id: string, version: number, score = 5) =>
      readModels.put([putOf(tenant, id, version, { ...emptyIndex, facets: ['tier:HOT'], sorts: { SCORE: pad(score) } })]);
    const lead = (id: string, version: number | null): ViewRead => ({ kind: 'lead', id, version });
    const ofViews = (...views: ViewRead[]): AnswerParts => ({ views, lists: [], entries: [] });
    const listRead = async (query: ListQuery = queryOf(tenant)) => ({ query, edition: (await readModels.list(query)).edition ?? '' });
    const entriesRead = async (first: number, before?: number) => {
      const ref = { collection: 'timeline', id: 'lead_1' } as const;
      const page = { first, ...(before === undefined ? {} : { before }) };
      return { ...ref, ...page, found: (await readModels.entries({ tenant, ...ref }, page)).map(({ n }) => n) };
    };
    const append = (n: number) => readModels.append([{ tenant, collection: 'timeline', id: 'lead_1', n, doc: JSON.stringify({ n }) }]);
    const set = (parts: AnswerParts, text = '{"lead":1}') => answers.set(tenant, KEY, { text, parts }, LONG_MS);
    const stateNow = async (): Promise<string> => (await answers.get(tenant, KEY)).state;

    test('what was never kept is nowhere', async () => {
      expect(await answers.get(tenant, KEY)).toEqual({ state: 'NONE' });
    });

    test('an answer comes back as it was, with all that it was made of', async () => {
      await put('lead_1', 3);
      await append(1);
      await append(2);
      const parts: AnswerParts = {
        views: [lead('lead_1', 3), lead('lead_none', null)],
        lists: [await listRead(queryOf(tenant, { facets: ['tier:HOT'], words: ['ä"\\'], where: [{ field: 'score', op: 'GTE', value: 2 }] }))],
        entries: [await entriesRead(1), await entriesRead(5, 2), await entriesRead(5, 1)],
      };
      const text = '{"name":"Zoë \\u0000 \\"quoted\\" 🏡"}';
      expect(await set(parts, text)).toBe(true);
      const found = await answers.get(tenant, KEY);
      expect(found).toEqual({ state: 'KEPT', text, parts, ttlMs: expect.any(Number) as number });
      const ttlMs = found.state === 'KEPT' ? found.ttlMs : 0;
      expect(ttlMs).toBeGreaterThan(LONG_MS / 2);
      expect(ttlMs).toBeLessThanOrEqual(LONG_MS);
    });

    test('is given out as long as nothing of it changes, whatever else does', async () => {
      await put('lead_1', 1);
      await set({ ...ofViews(lead('lead_1', 1)), lists: [await listRead(queryOf(tenant, { kind: 'property' }))].filter(({ edition }) => edition !== '') });
      await put('lead_2', 1);
      await put('lead_1', 1);
      expect(await stateNow()).toBe('KEPT');
    });

    test('is given out no more once a view has another version, and dropped', async () => {
      await put('lead_1', 1);
      await put('lead_2', 1);
      await set(ofViews(lead('lead_1', 1), lead('lead_2', 1)));
      await put('lead_2', 2);
      expect([await stateNow(), await stateNow()]).toEqual(['MOVED', 'NONE']);
    });

    test('is given out no more once there is a view where there was none', async () => {
      await set(ofViews(lead('lead_1', null)));
      expect(await stateNow()).toBe('KEPT');
      await put('lead_1', 1);
      expect(await stateNow()).toBe('MOVED');
    });

    test('is given out no more once one of its lists moved, by a view that was not on its page too', async () => {
      await put('lead_1', 1);
      const parts = { ...ofViews(lead('lead_1', 1)), lists: [await listRead()] };
      await set(parts);
      await put('lead_2', 1, 9);
      expect(await stateNow()).toBe('MOVED');
      expect(await set(parts)).toBe(false);
    });

    test('is given out no more once entries were added to those that it shows, or removed', async () => {
      await append(1);
      await append(2);
      await set({ ...ofViews(), entries: [await entriesRead(2)] });
      await append(2);
      expect(await stateNow()).toBe('KEPT');
      await append(3);
      expect(await stateNow()).toBe('MOVED');
      await set({ ...ofViews(), entries: [await entriesRead(5)] });
      await readModels.removeEntries([{ tenant, collection: 'timeline', id: 'lead_1' }]);
      expect(await stateNow()).toBe('MOVED');
    });

    test('is not taken in where something has changed since it was read', async () => {
      await put('lead_1', 2);
      expect(await set(ofViews(lead('lead_1', 1)))).toBe(false);
      expect(await set(ofViews(lead('lead_1', null)))).toBe(false);
      expect(await set(ofViews(lead('lead_1', 2), lead('lead_2', 1)))).toBe(false);
      const list = await listRead();
      await put('lead_3', 1);
      expect(await set({ ...ofViews(), lists: [list] })).toBe(false);
      expect(await set({ ...ofViews(), entries: [{ collection: 'timeline', id: 'lead_1', first: 2, found: [1] }] })).toBe(false);
      expect(await stateNow()).toBe('NONE');
    });

    test('an old answer that comes late leaves a newer one in its place', async () => {
      await put('lead_1', 2);
      await set(ofViews(lead('lead_1', 2)), 'new');
      expect(await set(ofViews(lead('lead_1', 1)), 'old')).toBe(false);
      expect(await answers.get(tenant, KEY)).toMatchObject({ state: 'KEPT', text: 'new' });
    });

    test('a newer one takes the place of an older one', async () => {
      await put('lead_1', 1);
      await set(ofViews(lead('lead_1', 1)), 'old');
      await put('lead_1', 2);
      await set(ofViews(lead('lead_1', 2)), 'new');
      expect(await answers.get(tenant, KEY)).toMatchObject({ state: 'KEPT', text: 'new' });
    });

    test("is nobody else's: neither another tenant's nor another key's", async () => {
      await set(ofViews());
      expect(await answers.get(newTenant(), KEY)).toEqual({ state: 'NONE' });
      expect(await answers.get(tenant, 'b'.repeat(64))).toEqual({ state: 'NONE' });
    });

    test('goes away by itself', async () => {
      await answers.set(tenant, KEY, { text: '{}', parts: ofViews() }, 30);
      await expect.poll(stateNow, { interval: 10, timeout: 5_000 }).toBe('NONE');
    });
  });
}
