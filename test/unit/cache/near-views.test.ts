import { describe, expect, test } from 'vitest';
import { tenantId } from '../../../domain/ids.ts';
import { createChanges } from '../../../platform/cache/changes.ts';
import { createNearViews } from '../../../platform/cache/near-views.ts';
import { viewTag } from '../../../platform/cache/view-tags.ts';
import type { ListQuery } from '../../../platform/read-models/read-models.ts';
import { viewOf } from '../../../resolvers/view-of.ts';

const ACME = tenantId('acme');
const RIVAL = tenantId('rival');
const QUERY: ListQuery = { tenant: ACME, kind: 'lead', order: 'SCORE', direction: 'DESC', facets: [], where: [], words: [], first: 2 };
const refOf = (id: string) => ({ tenant: ACME, kind: 'lead', id }) as const;
const PAGE = {
  items: [
    { id: 'lead_a', cursor: 'ca' },
    { id: 'lead_b', cursor: 'cb' },
  ],
  endCursor: 'cb',
  hasNextPage: true,
};

function world(bytesMax?: number) {
  const trust = { isTrusted: true };
  const clock = { nowMs: 0 };
  const changes = createChanges();
  const near = createNearViews({ changes, isTrusted: () => trust.isTrusted, nowMs: () => clock.nowMs, bytesMax });
  const tagOf = (id: string): string => viewTag(refOf(id));
  const keep = (id: string, version: number): void => near.keepView(refOf(id), { version, view: { id, version } }, 100, near.now());
  const heard = (id: string, version: number): void => changes.heard({ tenant: ACME, kind: 'lead', id, version, at: '', events: [], cursor: '' });
  const viewsOf = (key: string): unknown => near.page(key)?.views;
  return { trust, clock, changes, near, tagOf, keep, heard, viewsOf };
}

describe('views and pages in memory', () => {
  test('go with the change that tells of them', () => {
    const { near, tagOf, keep, heard } = world();
    keep('lead_a', 1);
    keep('lead_b', 1);
    heard('lead_a', 2);
    expect([near.view(tagOf('lead_a')), near.view(tagOf('lead_b'))?.value.version]).toEqual([undefined, 1]);
  });

  test('of one tenant are no other’s', () => {
    const { near, keep } = world();
    keep('lead_a', 1);
    expect(near.view(viewTag({ ...refOf('lead_a'), tenant: RIVAL }))).toBeUndefined();
    expect(near.view(viewTag({ ...refOf('lead_a'), kind: 'agent' }))).toBeUndefined();
  });

  test('are not given out while the live bus is not trusted, nor taken in', () => {
    const { near, tagOf, keep, trust } = world();
    keep('lead_a', 1);
    trust.isTrusted = false;
    keep('lead_b', 1);
    expect(near.view(tagOf('lead_a'))).toBeUndefined();
    trust.isTrusted = true;
    expect([near.view(tagOf('lead_a'))?.value.version, near.view(tagOf('lead_b'))]).toEqual([1, undefined]);
  });

  test('a version that is here is the same view when it is read again, with no look at its text; another one is not', () => {
    const { near, tagOf, keep, heard } = world();
    const read = (version: number) => viewOf(near, refOf('lead_a'), { version, doc: JSON.stringify({ id: 'lead_a', version, read: true }) });
    expect(read(1)).toEqual({ id: 'lead_a', version: 1, read: true });
    keep('lead_a', 1);
    expect([read(1), read(2)]).toEqual([near.view(tagOf('lead_a'))?.value.view, { id: 'lead_a', version: 2, read: true }]);
    heard('lead_a', 2);
    expect(read(1)).toHaveProperty('read');
  });

  test('a page comes with its views as they are now, although it was read before one of them changed', () => {
    const { near, keep, changes, viewsOf } = world();
    near.keepPage('k', { query: QUERY, tag: near.tagOfList(QUERY), page: PAGE, textLength: 200, since: near.now() });
    expect(viewsOf('k')).toBeUndefined();
    keep('lead_a', 1);
    keep('lead_b', 1);
    expect(viewsOf('k')).toEqual([
      { id: 'lead_a', version: 1 },
      { id: 'lead_b', version: 1 },
    ]);
    changes.epochs.move([`view|acme|lead|lead_a`]);
    expect(viewsOf('k')).toBeUndefined();
    keep('lead_a', 2);
    expect(viewsOf('k')).toEqual([
      { id: 'lead_a', version: 2 },
      { id: 'lead_b', version: 1 },
    ]);
  });

  test('a page goes with a change that can touch its list', () => {
    const { near, keep, heard, viewsOf } = world();
    near.keepPage('k', { query: QUERY, tag: near.tagOfList(QUERY), page: PAGE, textLength: 200, since: near.now() });
    keep('lead_a', 1);
    keep('lead_b', 1);
    heard('lead_c', 1);
    expect(viewsOf('k')).toBeUndefined();
  });

  test('a page ends with the first of its views, although it was read later', () => {
    const { near, keep, clock, viewsOf } = world();
    keep('lead_a', 1);
    keep('lead_b', 1);
    clock.nowMs = 260_000;
    near.keepPage('k', { query: QUERY, tag: near.tagOfList(QUERY), page: PAGE, textLength: 200, since: near.now() });
    expect(viewsOf('k')).toHaveLength(2);
    clock.nowMs = 400_000;
    expect(viewsOf('k')).toBeUndefined();
  });

  test('a page is not taken in where its list changed while it was read', () => {
    const { near, keep, heard, viewsOf } = world();
    keep('lead_a', 1);
    keep('lead_b', 1);
    const read = { query: QUERY, tag: near.tagOfList(QUERY), page: PAGE, textLength: 200, since: near.now() };
    heard('lead_c', 1);
    near.keepPage('k', read);
    expect(viewsOf('k')).toBeUndefined();
  });

  test('a later edition of a page stays, although the answer to an earlier read comes behind it', () => {
    const { near, keep, viewsOf } = world();
    keep('lead_a', 1);
    keep('lead_b', 1);
    let read = { query: QUERY, tag: near.tagOfList(QUERY), textLength: 200, since: near.now() };
    const keepPage = (edition: string | undefined, items = PAGE.items) => near.keepPage('k', { ...read, page: { ...PAGE, items, edition } });
    expect([keepPage('2.10'), keepPage('2.9', []), viewsOf('k')]).toEqual([true, false, [expect.anything(), expect.anything()]]);
    // A later one with others on it is news of the list: whatever was made of it goes.
    expect([keepPage('2.11', []), viewsOf('k')]).toEqual([false, undefined]);
    read = { ...read, since: near.now() };
    expect([keepPage('2.11', []), viewsOf('k')]).toEqual([true, []]);
    // Another generation, and read models that say nothing of editions.
    expect([keepPage('3.1'), keepPage(undefined, []), viewsOf('k')]).toEqual([true, true, []]);
  });

  test('are none where there is no room for any', () => {
    const { near, tagOf, keep } = world(0);
    keep('lead_a', 1);
    expect(near.view(tagOf('lead_a'))).toBeUndefined();
    expect(near.facts()).toMatchObject({ entries: 0, missed: 1 });
  });
});
