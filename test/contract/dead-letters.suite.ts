/** What every keeper of dead letters promises. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deadLetterId } from '../../domain/ids.ts';
import type { DeadLetter, DeadLetterFilter, DeadLetters } from '../../platform/dead-letters/dead-letters.ts';
import { aCommandId, aLeadId, aTenant, unique } from './event-store-kit.ts';

export interface DeadLettersUnderTest {
  readonly letters: DeadLetters;
  another(): DeadLetters;
  dispose(): Promise<void>;
}

export function aLetter(more: Partial<DeadLetter> = {}): DeadLetter {
  return {
    id: deadLetterId(unique()),
    tenant: aTenant(),
    streamId: aLeadId(),
    commandId: aCommandId(),
    type: 'AddNote',
    group: 'command-handler.hot',
    reason: 'the command could not be decided',
    attempts: 3,
    firstFailedAt: '2026-03-04T05:06:07.089Z',
    at: '2026-03-04T05:07:08.090Z',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    original: { topic: 'leads.commands.hot', partition: 3, offset: '9007199254740993', appendedAtMs: 1_772_600_767_089, key: 'a:b', value: '{"a":1}' },
    replays: 0,
    replayedAt: null,
    replayedBy: null,
    ...more,
  };
}

export function deadLettersContract(name: string, make: () => Promise<DeadLettersUnderTest>): void {
  describe(`${name} keep the promises of dead letters`, () => {
    let under: DeadLettersUnderTest;
    let letters: DeadLetters;
    beforeAll(async () => {
      under = await make();
      letters = under.letters;
    });
    afterAll(async () => under?.dispose());

    const listed = async (tenant: DeadLetter['tenant'], filter: DeadLetterFilter = {}) => (await letters.list({ tenant, filter, first: 500 })).letters;

    it('give a letter back as it was put, to every client', async () => {
      const letter = aLetter({
        reason: 'Zoë 👩‍💻 "quoted" \\u0000',
        original: { ...aLetter().original, value: '{"note":"\\u0000 \\ud800 東京"}', cutFrom: 500_000 },
      });
      await letters.put([letter]);
      expect(await under.another().get(letter.tenant, letter.id)).toEqual(letter);
      expect(await under.another().get(null, letter.id)).toEqual(letter);
      expect(await listed(letter.tenant)).toEqual([letter]);
    });

    it('keep what no database holds with a sign in its place', async () => {
      const letter = aLetter({ tenant: null, streamId: null, commandId: null, type: null, traceparent: null, reason: 'a\u0000b\ud800' });
      await letters.put([{ ...letter, original: { ...letter.original, key: '\u0000', value: 'x\u0000y\udc00' } }]);
      expect(await letters.get(null, letter.id)).toMatchObject({
        tenant: null,
        reason: 'a\ufffdb\ufffd',
        original: { key: '\ufffd', value: 'x\ufffdy\ufffd' },
      });
    });

    it('keep the first of two with one id', async () => {
      const letter = aLetter();
      await letters.put([letter, { ...letter, reason: 'in the same put' }]);
      await letters.put([{ ...letter, reason: 'later' }]);
      expect(await letters.get(null, letter.id)).toEqual(letter);
      await letters.put([]);
    });

    it('show a tenant its own only', async () => {
      const [mine, theirs] = [aLetter(), aLetter()];
      await letters.put([mine, theirs]);
      expect(await letters.get(theirs.tenant, mine.id)).toBeNull();
      expect(await listed(mine.tenant)).toEqual([mine]);
      expect((await listed(null)).map(({ id }) => id)).toEqual(expect.arrayContaining([mine.id, theirs.id]));
      expect(await letters.get(null, deadLetterId('nothing'))).toBeNull();
    });

    it('are listed newest first, page by page, each once', async () => {
      const tenant = aTenant();
      const all = Array.from({ length: 7 }, (_, n) => aLetter({ tenant, at: `2026-03-04T05:07:0${n >> 1}.000Z` }));
      await letters.put(all);
      const seen: DeadLetter[] = [];
      let after: string | undefined;
      for (let pages = 1; ; pages += 1) {
        const page = await letters.list({ tenant, filter: {}, first: 3, after });
        seen.push(...page.letters);
        expect(page.hasNextPage).toBe(pages < 3);
        if (!page.hasNextPage) break;
        after = page.endCursor ?? undefined;
      }
      expect(seen.map(({ at }) => at)).toEqual(all.map(({ at }) => at).toReversed());
      expect(new Set(seen.map(({ id }) => id)).size).toBe(7);
      expect(await letters.list({ tenant: aTenant(), filter: {}, first: 1 })).toEqual({ letters: [], endCursor: null, hasNextPage: false });
    });

    it('are found by what the filter says', async () => {
      const tenant = aTenant();
      const [one, two] = [
        aLetter({ tenant, reason: 'Out Of Range 100%', at: '2026-03-01T00:00:00.000Z' }),
        aLetter({ tenant, type: 'UpdateLead', original: { ...aLetter().original, topic: 'leads.commands.cold' }, at: '2026-03-02T00:00:00.000Z' }),
      ];
      await letters.put([one, two]);
      const found = async (filter: DeadLetterFilter) => (await listed(tenant, filter)).map(({ id }) => (id === one.id ? 1 : 2));
      expect(await found({ topic: 'leads.commands.cold' })).toEqual([2]);
      expect(await found({ type: 'AddNote' })).toEqual([1]);
      expect(await found({ streamId: two.streamId ?? '' })).toEqual([2]);
      expect(await found({ commandId: one.commandId ?? '' })).toEqual([1]);
      expect(await found({ reason: 'of range 100%' })).toEqual([1]);
      expect(await found({ reason: '_' })).toEqual([]);
      expect(await found({ since: '2026-03-02T00:00:00.000Z' })).toEqual([2]);
      expect(await found({ until: '2026-03-01T00:00:00.000Z' })).toEqual([1]);
      expect(await found({ replayed: true })).toEqual([]);
      expect(await found({ replayed: false, type: 'a\u0000' })).toEqual([]);
      expect(await found({ replayed: false })).toEqual([2, 1]);
    });

    it('refuse a cursor and a size that are none', async () => {
      await expect(letters.list({ tenant: null, filter: {}, first: 1, after: 'somewhere' })).rejects.toThrow(RangeError);
      for (const first of [0, 501, 1.5]) await expect(letters.list({ tenant: null, filter: {}, first })).rejects.toThrow(RangeError);
    });
  });
}
