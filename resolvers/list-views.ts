/** A page of views as a connection: what every list has in common. */
import type { TenantId } from '../domain/ids.ts';
import { pageName, type NearPage, type WholePage } from '../platform/cache/near-views.ts';
import type { ListPage, ListQuery, StoredView } from '../platform/read-models/read-models.ts';
import { connectionOf, type Connection, type PageArgs } from './connection.ts';
import type { RequestContext } from './context.ts';
import { decodeCursor, encodeCursor, pageSize } from './cursors.ts';
import { isUnavailable, unavailable } from './errors.ts';
import { readViews } from './loaders/read-views.ts';
import { servedVersionsOf } from './loaders/served-versions.ts';
import { andThen, type MaybePromise } from './maybe-promise.ts';
import { viewOf } from './view-of.ts';
import { createUnnotedReads, noteStale } from './reads.ts';
import { TooLateError, within } from './within.ts';

/** What a filter and an order come to. */
export interface ListPlan extends Omit<ListQuery, 'tenant' | 'first' | 'after'> {
  /** The clock is one of its conditions, which tells nobody when it moves on: no page of it is kept. */
  readonly dependsOnClock?: true | undefined;
}

/** A page with its views; cursors as clients get them. */
interface ViewPage<View> {
  readonly edges: { cursor: string; node: View }[];
  readonly endCursor: string | null;
  readonly hasNextPage: boolean;
}

/**
 * At once out of memory, else one request to the read models. Where they cannot be reached (the origin has no lists) the page as it was read before,
 * named as old. Throws ApiError: BAD_USER_INPUT for a cursor of another list or order, UNAVAILABLE where there is none.
 */
export function listViews<View extends object>(context: RequestContext, plan: ListPlan, args: PageArgs): MaybePromise<Connection<View>> {
  const after = decodeCursor(listName(plan), args.after);
  const page = readPage<View>(context, plan, pageSize(args.first), after);
  return andThen(page, ({ edges, ...rest }) => connectionOf(edges, { ...rest, hasPreviousPage: after !== undefined }));
}

/** The page, noted with the views on it. Throws ApiError (UNAVAILABLE). */
export function readPage<View extends object>(context: RequestContext, whole: ListPlan, first: number, after?: string): MaybePromise<ViewPage<View>> {
  const { query, key, isKept } = placeOf(whole, context.identity.tenant, first, after);
  if (isKept) context.reads.list(query);
  else context.reads.never();
  const far = (kept: boolean): Promise<ViewPage<View>> => context.loaders.page(key, () => farPage<View>(context, query, kept ? key : null));
  const newEnough = context.loaders.listsAreNewEnough();
  if (newEnough !== undefined) return newEnough.then(() => far(false));
  if (!isKept) return far(false);
  return nearPage<View>(context, query, key) ?? farOrHeld(context, query, key, () => far(true));
}

/** Where a page stands for it nobody waits long: stores that hang take seconds to fail. */
async function farOrHeld<View extends object>(
  context: RequestContext,
  query: ListQuery,
  key: string,
  far: () => Promise<ViewPage<View>>,
): Promise<ViewPage<View>> {
  const isHeld = heldPage(context, query, key) !== undefined;
  try {
    return await (isHeld ? within(context.shared.timing.staleWaitMs, far()) : far());
  } catch (error) {
    const isLate = error instanceof TooLateError;
    const held = isLate || isUnavailable(error) ? heldPage(context, query, key) : undefined;
    if (held !== undefined) return giveHeld(context, query, held);
    throw isLate ? unavailable('lists cannot be read at the moment', error) : error;
  }
}

/** Undefined where the page or one of its views is not in memory, or no longer. */
function nearPage<View extends object>(context: RequestContext, query: ListQuery, key: string): ViewPage<View> | undefined {
  const { shared, reads, explanation } = context;
  const near = shared.near.page(key);
  if (near === undefined) return undefined;
  const due = shared.near.due(near);
  if (due !== 'NO' && !isReadAnew(context, query, key, near) && due === 'ENDED') return undefined;
  reads.page(query, near.page.edition);
  for (const tag of near.tags) reads.tag(tag);
  reads.until(near.untilMs);
  explanation?.note({ kind: query.kind, list: listText(query), layer: 'L1', ms: 0 });
  return viewPageOf(near);
}

/** Made once for each: nobody changes them. */
const viewPages = new WeakMap<WholePage, ViewPage<object>>();

function viewPageOf<View extends object>(whole: WholePage): ViewPage<View> {
  const known = viewPages.get(whole);
  if (known !== undefined) return known as ViewPage<View>;
  const { page, views } = whole;
  const made = {
    edges: page.items.map(({ cursor }, at) => ({ cursor, node: views[at] as View })),
    endCursor: page.endCursor,
    hasNextPage: page.hasNextPage,
  };
  viewPages.set(whole, made);
  return made;
}

/** Has it read anew behind the answers. False where that cannot be. */
function isReadAnew(context: RequestContext, query: ListQuery, key: string, near: WholePage): boolean {
  const { shared, identity } = context;
  return shared.refresher.run(key, async () => {
    const reads = createUnnotedReads(shared.changes, identity.tenant);
    reads.age.takesStale = false;
    await farPage({ ...context, reads, explanation: undefined }, query, key).catch((error: unknown) => {
      shared.near.withoutGrace([key, ...near.tags]);
      throw error;
    });
  });
}

/** The page as it was read before, unless a view on it is older than what anybody was shown or promised since; undefined where there is none. */
function heldPage({ ports, shared, reads }: RequestContext, { tenant, kind }: ListQuery, key: string): WholePage | undefined {
  const held = reads.age.takesStale ? shared.near.heldPage(key) : undefined;
  const served = servedVersionsOf(ports.readModels);
  const isNewest = held?.page.items.every(({ id }, at) => {
    const ref = { tenant, kind, id };
    return (held.versions[at] ?? 0) >= Math.max(shared.near.versionOf(ref), served.floorOf(ref));
  });
  return isNewest ? held : undefined;
}

function giveHeld<View extends object>({ shared, reads, explanation }: RequestContext, query: ListQuery, held: WholePage): ViewPage<View> {
  noteStale(reads, held.readAtMs);
  shared.near.gaveHeld();
  explanation?.note({ kind: query.kind, list: listText(query), layer: 'STALE', ms: 0 });
  return viewPageOf(held);
}

/** `key`: what to keep it under; null: nowhere. */
async function farPage<View extends object>(context: RequestContext, query: ListQuery, key: string | null): Promise<ViewPage<View>> {
  const { ports, shared, reads, explanation } = context;
  const { tenant, kind } = query;
  const startedMs = performance.now();
  // From before the read: a change that is heard meanwhile must find the list.
  const tag = key === null ? undefined : shared.near.tagOfList(query);
  const since = shared.near.now();
  const name = listName(query);
  reads.far();
  const { items, endCursor, hasNextPage, edition } = await ports.readModels.list(query).catch((error: unknown) => {
    throw unavailable('lists cannot be read at the moment', error);
  });
  explanation?.note({ kind, list: listText(query), layer: 'L2', ms: performance.now() - startedMs });
  reads.page(query, edition);
  const views = await newestOf(context, query, items);
  const edges = views.map(({ version, doc }, at) => {
    const { id, cursor } = items[at] ?? { id: '', cursor: '' };
    reads.view(kind, id);
    const ref = { tenant, kind, id };
    const node = viewOf<View>(shared.near, ref, { version, doc });
    if (reads.found(kind, id, version)) shared.near.keepView(ref, { version, view: node }, doc.length, since);
    return { id, cursor: encodeCursor(name, cursor), node };
  });
  const page: NearPage = {
    items: edges.map(({ id, cursor }) => ({ id, cursor })),
    endCursor: endCursor === null ? null : encodeCursor(name, endCursor),
    hasNextPage,
    edition,
  };
  const isOld = views.some((view, at) => view !== items[at]);
  const textLength = views.reduce((sum, { doc }) => sum + doc.length, 0);
  if (key !== null && tag !== undefined && !isOld && !shared.near.keepPage(key, { query, tag, since, page, textLength })) reads.never();
  return { edges, endCursor: page.endCursor, hasNextPage };
}

/** The items, but for those of which this gateway knows a newer version: where the read models are behind, nobody is shown less than before. */
async function newestOf({ ports, shared, explanation }: RequestContext, { tenant, kind }: ListQuery, items: ListPage['items']): Promise<readonly StoredView[]> {
  if (kind !== 'lead' && kind !== 'property' && kind !== 'agent') return items;
  const served = servedVersionsOf(ports.readModels);
  const behind = items.flatMap(({ id, version }) => {
    const ref = { tenant, kind, id };
    const versionMin = Math.max(served.floorOf(ref), shared.changes.versionOf(ref));
    return version < versionMin ? [{ ...ref, versionMin }] : [];
  });
  if (behind.length === 0) return items;
  const { versionWaitMs } = shared.timing;
  const found = await readViews(ports, behind, versionWaitMs, (id, layer, version, ms) => explanation?.note({ kind, id, layer, version, ms }));
  const newer = new Map<string, (typeof found)[number] | undefined>(behind.map(({ id }, at) => [id, found[at]]));
  return items.map((item) => {
    const view = newer.get(item.id);
    if (view instanceof Error) throw view;
    return view ?? item;
  });
}

/** Longer filters are nobody's habit: neither their pages nor their lists are remembered. */
const KEY_CHARACTERS_MAX = 2_000;

/** A page's place among all lists. */
interface Place {
  readonly query: ListQuery;
  /** One for each tenant, list and place in it. */
  readonly key: string;
  readonly isKept: boolean;
}

/** What places of one plan have in common, and the last one of them: the same question comes with the same plan, and mostly from the same tenant. */
interface Places {
  readonly query: Omit<ListPlan, 'dependsOnClock'>;
  readonly text: string;
  last?: Place;
}

const known = new WeakMap<ListPlan, Places>();

function placesOf(whole: ListPlan): Places {
  const { dependsOnClock: _, ...query } = whole;
  const places = { query, text: JSON.stringify(whole) };
  known.set(whole, places);
  return places;
}

function placeOf(whole: ListPlan, tenant: TenantId, first: number, after: string | undefined): Place {
  const places = known.get(whole) ?? placesOf(whole);
  const { last, text } = places;
  if (last !== undefined && last.query.tenant === tenant && last.query.first === first && last.query.after === after) return last;
  const key = pageName(`${JSON.stringify([tenant, first, after])}${text}`);
  return (places.last = {
    query: { ...places.query, tenant, first, ...(after === undefined ? {} : { after }) },
    key,
    isKept: !whole.dependsOnClock && key.length <= KEY_CHARACTERS_MAX,
  });
}

/** For people. */
const listText = (query: ListQuery): string => [listName(query), ...query.facets, ...(query.after === undefined ? [] : ['behind a cursor'])].join(' ');

const listName = ({ kind, order, direction }: ListPlan): string => `${kind}:${order}:${direction}`;
