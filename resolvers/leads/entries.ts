/** Entries beside a lead's view: what happened, and its scores. */
import type { Lead } from '../../domain/lead/lead.ts';
import type { Entry, EntryRef } from '../../platform/read-models/read-models.ts';
import type { RequestContext } from '../context.ts';
import { unavailable } from '../errors.ts';

/** Newest first. Throws ApiError (UNAVAILABLE): the origin has no entries. */
export async function readEntries(
  { ports, reads }: RequestContext,
  { tenant, id }: Lead,
  collection: EntryRef['collection'],
  page: { readonly first: number; readonly before?: number | undefined },
): Promise<readonly Entry[]> {
  // What is written about a lead comes with a change of its view.
  reads.view('lead', id);
  reads.far();
  try {
    const entries = await ports.readModels.entries({ tenant, collection, id }, page);
    reads.entries({ collection, id, ...page, found: entries.map(({ n }) => n) });
    return entries;
  } catch (error) {
    throw unavailable(`the ${collection} cannot be read at the moment`, error);
  }
}
