/** What happened to a lead, a page at a time. */
import type { Lead } from '../../domain/lead/lead.ts';
import type { TimelineEntry } from '../../domain/views/timeline.ts';
import { connectionOf, type Connection, type PageArgs } from '../connection.ts';
import type { RequestContext } from '../context.ts';
import { decodeCursor, encodeCursor, pageSize } from '../cursors.ts';
import { badInput } from '../errors.ts';
import { readEntries } from './entries.ts';

const LIST = 'timeline';

/** Newest first. A cursor is the place in the lead's history, so a page stays right while more is written. */
export async function timelineOf(context: RequestContext, lead: Lead, args: PageArgs): Promise<Connection<TimelineEntry>> {
  const size = pageSize(args.first);
  const before = versionOf(decodeCursor(LIST, args.after));
  const entries = await readEntries(context, lead, 'timeline', { first: size + 1, before });
  const edges = entries.slice(0, size).map(({ n, doc }) => ({ cursor: encodeCursor(LIST, String(n)), node: JSON.parse(doc) as TimelineEntry }));
  return connectionOf(edges, { hasNextPage: entries.length > size, hasPreviousPage: before !== undefined });
}

function versionOf(place: string | undefined): number | undefined {
  if (place === undefined) return undefined;
  if (!/^\d{1,9}$/.test(place)) throw badInput('after is no cursor of this list', 'after');
  return Number(place);
}
