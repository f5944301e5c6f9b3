/** A page of views as a connection: what every list has in common. */
import type { NearPage } from '../platform/cache/near-views.ts';
import type { ListQuery } from '../platform/read-models/read-models.ts';
import { connectionOf, type Connection, type PageArgs } from './connection.ts';
import type { RequestContext } from './context.ts';
import { decodeCursor, encodeCursor, pageSize } from './cursors.ts';
import { unavailable } from './errors.ts';
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
  if (dependsOnClock) context.reads.never();
  context.reads.list(query);
  const newEnough = context.loaders.listsAreNewEnough();
  if (newEnough !== undefined) return newEnough.then(() => farPage<View>(context, query, null));
  if (dependsOnClock) return farPage<View>(context, query, null);
  const key = pageKey(whole, query);
  return nearPage<View>(context, key) ?? farPage<View>(context, query, key);
}

/** Undefined where the page or one of its views is not in memory. */
function nearPage<View>({ shared, reads }: RequestContext, key: string): ViewPage<View> | undefined {
  const near = shared.near.page(key);
  if (near === undefined) return undefined;
  const { page, views, tags } = near;
  for (const tag of tags) reads.tag(tag);
  const edges = page.items.map(({ cursor }, at) => ({ cursor, node: views[at] as View }));
  return { edges, endCursor: page.endCursor, hasNextPage: page.hasNextPage };
}

/** `key`: what to keep it under; null: nowhere. */
async function farPage<View extends object>({ ports, shared, reads }: RequestContext, query: ListQuery, key: string | null): Promise<ViewPage<View>> {
  const { tenant, kind } = query;
  const since = shared.near.now();
  const name = listName(query);
  const { items, endCursor, hasNextPage } = await ports.readModels.list(query).catch((error: unknown) => {
    throw unavailable('lists cannot be read at the moment', error);
  });
  const edges = items.map(({ id, version, doc, cursor }) => {
    reads.view(kind, id);
    const node = parseView<View>(doc);
    if (reads.found(kind, id, version)) shared.near.keepView({ tenant, kind, id }, { version, view: node }, doc.length, since);
    return { id, cursor: encodeCursor(name, cursor), node };
  });
  const page: NearPage = {
    items: edges.map(({ id, cursor }) => ({ id, cursor })),
    endCursor: endCursor === null ? null : encodeCursor(name, endCursor),
    hasNextPage,
  };
  const textLength = items.reduce((sum, { doc }) => sum + doc.length, 0);
  if (key !== null) shared.near.keepPage(key, query, page, textLength, since);
  return { edges, endCursor: page.endCursor, hasNextPage };
}

const planTexts = new WeakMap<ListPlan, string>();

function pageKey(plan: ListPlan, { tenant, first, after }: ListQuery): string {
  const text = planTexts.get(plan) ?? JSON.stringify(plan);
  planTexts.set(plan, text);
  return `${JSON.stringify([tenant, first, after])}${text}`;
}

const listName = ({ kind, order, direction }: ListPlan): string => `${kind}:${order}:${direction}`;
