import { expect, test } from 'vitest';
import { makeId, tenantId } from '../../../domain/ids.ts';
import { createViewTags, viewTag } from '../../../platform/cache/view-tags.ts';

const [FIRST, ...OTHERS] = ['acme', 'rival', 'third', 'fourth'].map(tenantId);
const REF = { tenant: FIRST ?? tenantId('acme'), kind: 'lead', id: makeId('lead', 'ada') } as const;

function counted(knownMax: number) {
  const made: string[] = [];
  const tagsOf = createViewTags(knownMax, (ref) => {
    made.push(ref.id);
    return viewTag(ref);
  });
  return { made, tagsOf };
}

test('the tag of a view is made once', () => {
  const { made, tagsOf } = counted(10);
  const tagOf = tagsOf(REF.tenant, REF.kind);
  expect([tagOf(REF.id), tagOf(REF.id), tagsOf(REF.tenant, REF.kind)(REF.id)]).toEqual([viewTag(REF), viewTag(REF), viewTag(REF)]);
  expect(made).toEqual([REF.id]);
});

test('tags are remembered up to one number for all brokerages and kinds together', () => {
  const { made, tagsOf } = counted(10);
  const tagOf = tagsOf(REF.tenant, REF.kind);
  tagOf(REF.id);
  const ids = Array.from({ length: 2 }, (_, at) => at);
  for (const tenant of OTHERS) for (const kind of ['lead', 'agent'] as const) for (const at of ids) tagsOf(tenant, kind)(makeId(kind, String(at)));
  expect([made.length, tagOf(REF.id), made.length]).toEqual([13, viewTag(REF), 14]);
});

test('what is no id has no tag, and nothing is remembered of it', () => {
  const { made, tagsOf } = counted(10);
  expect([tagsOf(REF.tenant, 'lead')('nonsense'), made]).toEqual([null, []]);
});
