/** A page of views as a connection: what every list has in common. */
import type { ListPage, ListQuery } from '../platform/read-models/read-models.ts';
import { connectionOf, type Connection, type PageArgs } from './connection.ts';
import type { RequestContext } from './context.ts';
import { decodeCursor, encodeCursor, pageSize } from './cursors.ts';
import { unavailable } from './errors.ts';
import { parseView } from './parse-view.ts';

/** What a filter and an order come to. */
export type ListPlan = Omit<ListQuery, 'tenant' | 'first' | 'after'>;

/**
 * One request to the read models. Throws ApiError: BAD_USER_INPUT for a cursor of another list or order,
 * UNAVAILABLE where the read models cannot be reached (the origin has no lists).
 */
export async function listViews<View extends object>(context: RequestContext, plan: ListPlan, args: PageArgs): Promise<Connection<View>> {
  const name = `${plan.kind}:${plan.order}:${plan.direction}`;
  const first = pageSize(args.first);
  const after = decodeCursor(name, args.after);
  const page = await readList(context, { ...plan, tenant: context.identity.tenant, first, ...(after === undefined ? {} : { after }) });
  const edges = page.items.map(({ doc, cursor }) => ({ cursor: encodeCursor(name, cursor), node: parseView<View>(doc) }));
  const endCursor = page.endCursor === null ? null : encodeCursor(name, page.endCursor);
  return connectionOf(edges, { hasNextPage: page.hasNextPage, hasPreviousPage: after !== undefined, endCursor });
}

/** The page, noted with the views on it. Throws ApiError (UNAVAILABLE). */
export async function readList({ ports, reads }: RequestContext, query: ListQuery): Promise<ListPage> {
  reads.list(query);
  try {
    const page = await ports.readModels.list(query);
    for (const { id, version } of page.items) {
      reads.view(query.kind, id);
      reads.found(query.kind, id, version);
    }
    return page;
  } catch (error) {
    throw unavailable('lists cannot be read at the moment', error);
  }
}
