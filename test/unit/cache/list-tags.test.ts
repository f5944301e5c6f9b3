import { describe, expect, test } from 'vitest';
import { tenantId } from '../../../domain/ids.ts';
import { indexChange } from '../../../domain/views/index-change.ts';
import type { IndexEntry } from '../../../domain/views/index-entry.ts';
import { createListTags } from '../../../platform/cache/list-tags.ts';
import type { ListQuery } from '../../../platform/read-models/read-models.ts';

const ACME = tenantId('acme');
const listOf = (facets: readonly string[], more: Partial<ListQuery> = {}): ListQuery => ({
  tenant: ACME,
  kind: 'lead',
  order: 'SCORE',
  direction: 'DESC',
  facets,
  where: [],
  words: [],
  first: 20,
  ...more,
});
const entry = (facets: readonly string[], score: string): IndexEntry => ({ facets, sorts: { SCORE: score, CREATED: '2026-01-01' }, fields: {}, words: [] });

/** The tags of these lists by name, and which of them a change touches. */
function touched(lists: Readonly<Record<string, ListQuery>>, before: IndexEntry | null, after: IndexEntry | null): string[] {
  const tags = createListTags({ onForgotten: () => undefined });
  const names = new Map(Object.entries(lists).map(([name, query]) => [tags.tagOf(query), name]));
  return tags
    .touchedBy(ACME, 'lead', indexChange(before, after))
    .map((tag) => names.get(tag) ?? tag)
    .sort();
}

const LISTS = {
  all: listOf([]),
  allByCreation: listOf([], { order: 'CREATED' }),
  hot: listOf(['tier:HOT']),
  warm: listOf(['tier:WARM']),
  hotAndNew: listOf(['tier:HOT', 'stage:NEW']),
  won: listOf(['stage:WON']),
  newWithWords: listOf(['stage:NEW'], { words: ['ann'] }),
  newByCreation: listOf(['stage:NEW'], { order: 'CREATED' }),
};

describe('a change of a lead touches', () => {
  test('where its score moved within its tier: the lists by score that it is in, and those that look at more than facets', () => {
    const [before, after] = [entry(['tier:HOT', 'stage:NEW'], '08000'), entry(['tier:HOT', 'stage:NEW'], '08100')];
    expect(touched(LISTS, before, after)).toEqual(['all', 'hot', 'hotAndNew', 'newWithWords']);
  });

  test('where its tier changed: the lists that it left and those that it joined', () => {
    const [before, after] = [entry(['tier:WARM', 'stage:NEW'], '06900'), entry(['tier:HOT', 'stage:NEW'], '07100')];
    expect(touched(LISTS, before, after)).toEqual(['all', 'hot', 'hotAndNew', 'newWithWords', 'warm']);
  });

  test('where nothing that lists go by changed: only those that look at words and fields', () => {
    const same = entry(['tier:HOT', 'stage:NEW'], '08000');
    expect(touched(LISTS, same, same)).toEqual(['newWithWords']);
  });

  test('where it is new, or goes away: the lists that it is in, by every order', () => {
    const lead = entry(['tier:HOT', 'stage:NEW'], '08000');
    const own = ['all', 'allByCreation', 'hot', 'hotAndNew', 'newByCreation', 'newWithWords'];
    expect(touched(LISTS, null, lead)).toEqual(own);
    expect(touched(LISTS, lead, null)).toEqual(own);
  });

  test('where nobody knows what it was before: every list of its kind, and none of another tenant or kind', () => {
    const tags = createListTags({ onForgotten: () => undefined });
    const own = [tags.tagOf(LISTS.hot), tags.tagOf(LISTS.won)];
    tags.tagOf({ ...LISTS.hot, tenant: tenantId('rival') });
    tags.tagOf({ ...LISTS.hot, kind: 'property' });
    expect(tags.touchedBy(ACME, 'lead', undefined).sort()).toEqual(own.sort());
  });
});

test('a list that is known no more is told of, so that nothing of it is kept', () => {
  const forgotten: string[] = [];
  const tags = createListTags({ listsMax: 2, onForgotten: (tag) => forgotten.push(tag) });
  const [first] = [tags.tagOf(LISTS.hot), tags.tagOf(LISTS.warm)];
  tags.tagOf(LISTS.won);
  expect(forgotten).toEqual([first]);
  expect(tags.touchedBy(ACME, 'lead', undefined)).not.toContain(first);
});
