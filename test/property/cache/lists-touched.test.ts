/** Whatever a change does to a page, the change says that it can touch the list: held against what the read models truly answer. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { tenantId } from '../../../domain/ids.ts';
import { indexChange } from '../../../domain/views/index-change.ts';
import type { IndexEntry } from '../../../domain/views/index-entry.ts';
import { createListTags } from '../../../platform/cache/list-tags.ts';
import { createMemoryReadModels } from '../../../platform/read-models/memory-read-models.ts';
import type { ListQuery } from '../../../platform/read-models/read-models.ts';

const ACME = tenantId('acme');
const FACETS = ['tier:HOT', 'tier:WARM', 'stage:NEW', 'stage:WON', 'tag:a|b'] as const;
const facets = fc.uniqueArray(fc.constantFrom(...FACETS), { maxLength: 3 });
const sortKey = fc.constantFrom('1', '2', '3');
const index: fc.Arbitrary<IndexEntry | null> = fc.option(
  fc.record({
    facets,
    sorts: fc.record({ SCORE: sortKey, DUE: sortKey }, { requiredKeys: ['SCORE'] }),
    fields: fc.record({ score: fc.integer({ min: 0, max: 3 }) }, { requiredKeys: [] }),
    words: fc.uniqueArray(fc.constantFrom('ann', 'bob'), { maxLength: 2 }),
  }),
  { freq: 6 },
);
const query: fc.Arbitrary<ListQuery> = fc.record({
  tenant: fc.constant(ACME),
  kind: fc.constant('lead' as const),
  order: fc.constantFrom('SCORE', 'DUE'),
  direction: fc.constantFrom('ASC' as const, 'DESC' as const),
  facets,
  where: fc.oneof(fc.constant([]), fc.constant([{ field: 'score', op: 'GTE' as const, value: 2 }])),
  words: fc.oneof(fc.constant([]), fc.constant(['an'])),
  first: fc.integer({ min: 1, max: 4 }),
});

const property = fc.asyncProperty(fc.array(index, { maxLength: 4 }), index, index, query, async (others, before, after, asked) => {
  const readModels = createMemoryReadModels();
  const tags = createListTags({ onForgotten: () => undefined });
  const tag = tags.tagOf(asked);
  const put = (id: string, version: number, entry: IndexEntry | null) => readModels.put([{ tenant: ACME, kind: 'lead', id, version, doc: '{}', index: entry }]);
  for (const [at, entry] of others.entries()) await put(`lead_${at}`, 1, entry);
  await put('lead_x', 1, before);
  const was = (await readModels.list(asked)).items.map(({ id, cursor }) => [id, cursor]);
  await put('lead_x', 2, after);
  const is = (await readModels.list(asked)).items.map(({ id, cursor }) => [id, cursor]);
  return JSON.stringify(was) === JSON.stringify(is) || tags.touchedBy(ACME, 'lead', indexChange(before, after)).includes(tag);
});

test('no page changes its leads or their order without a word', async () => {
  const { failed, counterexample } = await fc.check(property, { numRuns: 3_000 });
  expect({ failed, counterexample }).toEqual({ failed: false, counterexample: null });
});
