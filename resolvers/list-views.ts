/** A page of views as a connection: what every list has in common. */
import type { NearPage } from '../platform/cache/near-views.ts';
import type { ListPage, ListQuery, StoredView } from '../platform/read-models/read-models.ts';
import { connectionOf, type Connection, type PageArgs } from './connection.ts';
import type { RequestContext } from './context.ts';
import { decodeCursor, encodeCursor, pageSize } from './cursors.ts';
import { unavailable } from './errors.ts';
import { readViews } from './loaders/read-views.ts';
import { servedVersionsOf } from './loaders/served-versions.ts';
import { andThen, type MaybePromise } from './maybe-promise.ts';
import { parseView } from './parse-view.ts';

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
 * At once out of memory, else one request to the read models. Throws ApiError: BAD_USER_INPUT for a cursor of another list or order,
 * UNAVAILABLE where the read models cannot be reached (the origin has no lists).
 */
export function listViews<View extends object>(context: RequestContext, plan: ListPlan, args: PageArgs): MaybePromise<Connection<View>> {
  const after = decodeCursor(listName(plan), args.after);
  const page = readPage<View>(context, plan, pageSize(args.first), after);
  return andThen(page, ({ edges, ...rest }) => connectionOf(edges, { ...rest, hasPreviousPage: after !== undefined }));
}

/** The page, noted with the views on it. Throws ApiError (UNAVAILABLE). */
export function readPage<View extends object>(context: RequestContext, whole: ListPlan, first: number, after?: string): MaybePromise<ViewPage<View>> {
  const { dependsOnClock, ...plan } = whole;
  const query: ListQuery = { ...plan, tenant: context.identity.tenant, first, ...(after === undefined ? {} : { after }) };
  const key = pageKey(whole, query);
  const isKept = !dependsOnClock && key.length <= KEY_CHARACTERS_MAX;
  if (isKept) context.reads.list(query);
  else context.reads.never();
  const far = (kept: boolean): Promise<ViewPage<View>> => context.loaders.page(key, () => farPage<View>(context, query, kept ? key : null));
  const newEnough = context.loaders.listsAreNewEnough();
  if (newEnough !== undefined) return newEnough.then(() => far(false));
  return (isKept ? nearPage<View>(context, query, key) : undefined) ?? far(isKept);
}

/** Undefined where the page or one of its views is not in memory. */
function nearPage<View>({ shared, reads }: RequestContext, query: ListQuery, key: string): ViewPage<View> | undefined {
  const near = shared.near.page(key);
  if (near === undefined) return undefined;
  const { page, views, tags, untilMs } = near;
  reads.page(query, page.edition);
  for (const tag of tags) reads.tag(tag);
  reads.until(untilMs);
  const edges = page.items.map(({ cursor }, at) => ({ cursor, node: views[at] as View }));
  return { edges, endCursor: page.endCursor, hasNextPage: page.hasNextPage };
}

/** `key`: what to keep it under; null: nowhere. */
async function farPage<View extends object>(context: RequestContext, query: ListQuery, key: string | null): Promise<ViewPage<View>> {
  const { ports, shared, reads } = context;
  const { tenant, kind } = query;
  // From before the read: a change that is heard meanwhile must find the list.
  const tag = key === null ? undefined : shared.near.tagOfList(query);
  const since = shared.near.now();
  const name = listName(query);
  reads.far();
  const { items, endCursor, hasNextPage, edition } = await ports.readModels.list(query).catch((error: unknown) => {
    throw unavailable('lists cannot be read at the moment', error);
  });
  reads.page(query, edition);
  const views = await newestOf(context, query, items);
  const edges = views.map(({ version, doc }, at) => {
    const { id, cursor } = items[at] ?? { id: '', cursor: '' };
    reads.view(kind, id);
    const node = parseView<View>(doc);
    if (reads.found(kind, id, version)) shared.near.keepView({ tenant, kind, id }, { version, view: node }, doc.length, since);
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
  if (key !== null && tag !== undefined && !isOld) shared.near.keepPage(key, { query, tag, since, page, textLength });
  return { edges, endCursor: page.endCursor, hasNextPage };
}

/** The items, but for those of which this gateway knows a newer version: where the read models are behind, nobody is shown less than before. */
async function newestOf({ ports, shared }: RequestContext, { tenant, kind }: ListQuery, items: ListPage['items']): Promise<readonly StoredView[]> {
  if (kind !== 'lead' && kind !== 'property' && kind !== 'agent') return items;
  const served = servedVersionsOf(ports.readModels);
  const behind = items.flatMap(({ id, version }) => {
    const ref = { tenant, kind, id };
    const versionMin = Math.max(served.floorOf(ref), shared.changes.versionOf(ref));
    return version < versionMin ? [{ ...ref, versionMin }] : [];
  });
  if (behind.length === 0) return items;
  const found = await readViews(ports, behind, shared.timing.versionWaitMs);
  const newer = new Map<string, (typeof found)[number] | undefined>(behind.map(({ id }, at) => [id, found[at]]));
  return items.map((item) => {
    const view = newer.get(item.id);
    if (view instanceof Error) throw view;
    return view ?? item;
  });
}

/** Longer filters are nobody's habit: neither their pages nor their lists are remembered. */
const KEY_CHARACTERS_MAX = 2_000;
const planTexts = new WeakMap<ListPlan, string>();

/** One for each tenant, list and place in it. */
function pageKey(plan: ListPlan, { tenant, first, after }: ListQuery): string {
  const text = planTexts.get(plan) ?? JSON.stringify(plan);
  planTexts.set(plan, text);
  return `${JSON.stringify([tenant, first, after])}${text}`;
}

const listName = ({ kind, order, direction }: ListPlan): string => `${kind}:${order}:${direction}`;
