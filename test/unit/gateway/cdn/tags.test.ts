import { describe, expect, test } from 'vitest';
import { tenantId } from '../../../../domain/ids.ts';
import { createCacheTags, kindTagOf } from '../../../../gateway/cdn/cache-tags.ts';
import { createHandedOut } from '../../../../gateway/cdn/handed-out.ts';
import { createWaitingTags, type Forgotten } from '../../../../gateway/cdn/waiting-tags.ts';
import { createEpochs } from '../../../../platform/cache/epochs.ts';
import { viewTag } from '../../../../platform/cache/view-tags.ts';

const home = (id: string, tenant = 'acme') => viewTag({ tenant: tenantId(tenant), kind: 'property', id: `prop_${id}` });
const homes = (count: number) => new Set(Array.from({ length: count }, (_, n) => home(String(n))));

describe('the names that caches on the way know an answer by', () => {
  const tagsFor = createCacheTags('a key');

  test('are one for its tenant and one for each thing that it is made of, and tell nothing of either', async () => {
    const { header } = await tagsFor(new Set([home('a'), home('b')]));
    expect(header).toMatch(/^[0-9a-f]{16}(,[0-9a-f]{16}){2}$/);
  });

  test('are the same on every gateway that has the key, and others with another key and for another tenant', async () => {
    const namesOf = async (key: string, tenant: string) => (await createCacheTags(key)(new Set([home('a', tenant)]))).header.split(',');
    const own = await namesOf('a key', 'acme');
    expect(await namesOf('a key', 'acme')).toEqual(own);
    for (const other of [await namesOf('another key', 'acme'), await namesOf('a key', 'rival')]) expect(other.some((name) => own.includes(name))).toBe(false);
  });

  test('stay few: an answer of many things has the name of their kind', async () => {
    const all = await tagsFor(homes(60));
    expect(all.isCoarse).toBe(false);
    expect(all.header.split(',')).toHaveLength(61);
    const many = await tagsFor(homes(61));
    expect(many).toMatchObject({ isCoarse: true, tags: [{ tag: kindTagOf(home('a')) }] });
    expect(many.header.split(',')).toHaveLength(2);
    expect(all.header.length).toBeLessThan(1_100);
  });
});

describe('what was handed out', () => {
  function watched(tagsMax?: number) {
    const epochs = createEpochs();
    const told: string[] = [];
    const handedOut = createHandedOut({ epochs, takeBack: ({ name }) => void told.push(name), tagsMax });
    const note = (...tags: string[]) => handedOut.note(tags.map((tag) => ({ tag, name: `name of ${tag}`, tenantName: `all of ${tag.split('|')[1]}` })));
    return { epochs, told, note, takeBackAll: () => handedOut.takeBackAll() };
  }

  test('is told of when it changes, once; what was not is never', () => {
    const { epochs, told, note } = watched();
    epochs.move([home('a')]);
    note(home('a'), home('b'));
    epochs.move([home('a'), home('c')]);
    epochs.move([home('a')]);
    expect(told).toEqual([`name of ${home('a')}`]);
  });

  test('by its kind is told of when anything of that kind changes', () => {
    const { epochs, told, note } = watched();
    note(kindTagOf(home('a')));
    epochs.move([home('b', 'rival'), viewTag({ tenant: tenantId('acme'), kind: 'lead', id: 'lead_1' })]);
    expect(told).toEqual([]);
    epochs.move([home('b')]);
    expect(told).toEqual([`name of ${kindTagOf(home('a'))}`]);
  });

  test('is taken back, by tenant, where news were lost', () => {
    const { epochs, told, note } = watched();
    note(home('a'), home('b'), home('a', 'rival'));
    epochs.moveAll();
    expect(told.toSorted()).toEqual(['all of acme', 'all of rival']);
    epochs.move([home('a')]);
    expect(told).toHaveLength(2);
  });

  test('is taken back where it would be forgotten here, and what is kept of it goes', () => {
    const { epochs, told, note } = watched(2);
    note(home('a'), home('b'));
    const since = epochs.now();
    note(home('c'));
    expect(told).toEqual([`name of ${home('a')}`]);
    expect([home('a'), home('b')].map((tag) => epochs.hasMoved([tag], since))).toEqual([true, false]);
  });
});

describe('names that are still to be told', () => {
  const one = (name: string, tenantName = 'T', isRepeat = false): Forgotten => ({ name, tenantName, isRepeat });
  const names = (taken: readonly Forgotten[]) => taken.map(({ name }) => name);

  test('wait once each, in their order', () => {
    const waiting = createWaitingTags(10);
    for (const name of ['a', 'b', 'a', 'c']) waiting.add(one(name));
    expect(names(waiting.take(2))).toEqual(['a', 'b']);
    expect(names(waiting.take(2))).toEqual(['c']);
  });

  test('are those of their tenant together where they are too many, and no other tenant’s', () => {
    const waiting = createWaitingTags(3);
    waiting.add(one('x', 'U'));
    for (const name of ['a', 'b', 'c', 'd']) waiting.add(one(name));
    expect(waiting.size()).toBe(2);
    expect(names(waiting.take(9))).toEqual(['x', 'T']);
  });

  test('count as told for the first time where one of them is', () => {
    const waiting = createWaitingTags(3);
    waiting.add(one('a', 'T', true));
    waiting.add(one('a'));
    waiting.add(one('a', 'T', true));
    expect(waiting.take(9)).toEqual([one('a')]);
  });
});
