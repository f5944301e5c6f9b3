/** Read models in this process's memory: for the embedded size (rebuilt from the events at start) and for tests. */
import type { IndexEntry } from '../../domain/views/index-entry.ts';
import type { Clock } from '../clock.ts';
import { systemClock } from '../clock.ts';
import { newIdBody } from '../messages/new-id.ts';
import { cleanIndex, cleanText, compareText } from './index-text.ts';
import { checkPut, checkTotals, planList } from './list-plan.ts';
import { createMemoryEntries } from './memory-entries.ts';
import type { Listed } from './memory-lists.ts';
import { createMemoryLists } from './memory-lists.ts';
import type { ListPage, ListQuery, ReadModels, StoredView, ViewPut, ViewRef } from './read-models.ts';
import { createSortedMap } from './sorted-map.ts';

interface Kept extends Listed {
  version: number;
  doc: string;
  expiresAtMs: number | undefined;
}
type Expiry = readonly [expiresAtMs: number, shelf: string, id: string];

/** `moves`: of its lists. */
const createShelf = () => ({ views: new Map<string, Kept>(), lists: createMemoryLists<Kept>(), totals: new Map<string, number>(), moves: 0 });
type Shelf = ReturnType<typeof createShelf>;

function addTo(totals: Map<string, number>, adds: IndexEntry['adds'], sign: 1 | -1): void {
  for (const [name, count] of Object.entries(adds ?? {})) totals.set(name, (totals.get(name) ?? 0) + sign * count);
}

const shelfKey = ({ tenant, kind }: Pick<ViewRef, 'tenant' | 'kind'>): string => `${tenant}\0${kind}`;
const storedIn = ({ version, doc }: StoredView): StoredView => ({ version, doc });

/** Memory is bounded by what is put; expired views leave with the next put. */
export function createMemoryReadModels({ clock = systemClock }: { readonly clock?: Clock | undefined } = {}): ReadModels {
  const shelves = new Map<string, Shelf>();
  const shelvesId = newIdBody(clock.now().getTime());
  const expiries = createSortedMap<Expiry, true>((a, b) => a[0] - b[0] || compareText(a[1], b[1]) || compareText(a[2], b[2]));
  const entries = createMemoryEntries();

  const shelfFor = (key: string): Shelf => {
    const shelf = shelves.get(key) ?? createShelf();
    shelves.set(key, shelf);
    return shelf;
  };
  const nowMs = (): number => clock.now().getTime();

  const find = (ref: ViewRef): StoredView | null => {
    const view = shelves.get(shelfKey(ref))?.views.get(ref.id);
    return !view || (view.expiresAtMs !== undefined && view.expiresAtMs <= nowMs()) ? null : storedIn(view);
  };

  const sweep = (): void => {
    for (let first = expiries.first(); first !== undefined && first[0] <= nowMs(); first = expiries.first()) {
      expiries.delete(first);
      const views = shelves.get(first[1])?.views;
      if (views?.get(first[2])?.expiresAtMs === first[0]) views.delete(first[2]);
    }
  };

  const store = ({ id, version, doc, index, ttlSeconds, ...ref }: ViewPut): void => {
    const key = shelfKey(ref);
    const shelf = shelfFor(key);
    const { views, lists } = shelf;
    const view = views.get(id) ?? { id, version, doc, index: null, expiresAtMs: undefined };
    const expiresAtMs = ttlSeconds === undefined ? undefined : nowMs() + ttlSeconds * 1000;
    if (view.index !== null || index !== null) shelf.moves += 1;
    addTo(shelf.totals, view.index?.adds, -1);
    lists.move(view, index && cleanIndex(index));
    addTo(shelf.totals, view.index?.adds, 1);
    views.set(id, Object.assign(view, { version, doc, expiresAtMs }));
    if (expiresAtMs !== undefined) expiries.set([expiresAtMs, key, id], true);
  };

  const putOne = (view: ViewPut): boolean => {
    const known = find(view);
    if (known && known.version >= view.version) return false;
    store(view);
    return true;
  };

  const list = (query: ListQuery): ListPage => {
    const plan = planList(query);
    const shelf = shelves.get(shelfKey(query));
    const found = shelf?.lists.find(plan) ?? [];
    const items = found.slice(0, plan.first).map(({ cursor, view }) => ({ ...storedIn(view), id: view.id, cursor }));
    return { items, endCursor: items.at(-1)?.cursor ?? null, hasNextPage: found.length > plan.first, edition: `${shelvesId}.${shelf?.moves ?? 0}` };
  };

  return {
    put: async (views) => {
      views.forEach(checkPut);
      sweep();
      return views.map(putOne);
    },
    putIfAbsent: async (view) => {
      checkPut(view);
      sweep();
      const known = find(view);
      if (!known) store(view);
      return known ?? storedIn(view);
    },
    get: async (refs) => refs.map(find),
    list: async (query) => list(query),
    totals: async (query) => {
      checkTotals(query);
      const totals = shelves.get(shelfKey(query))?.totals;
      return query.names.map((name) => totals?.get(cleanText(name)) ?? 0);
    },
    append: async (added) => added.forEach((entry) => entries.add(entry)),
    entries: async (ref, page) => entries.page(ref, page),
    removeEntries: async (refs) => refs.forEach((ref) => entries.remove(ref)),
    check: async () => {},
    close: async () => {},
  };
}
