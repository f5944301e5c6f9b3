/** Entries beside a lead's view: what happened, and its scores. */
import type { Lead } from '../../domain/lead/lead.ts';
import type { Entry, EntryRef, ReadModels } from '../../platform/read-models/read-models.ts';
import type { RequestContext } from '../context.ts';
import { unavailable } from '../errors.ts';

/**
 * Newest first. Where the request has a token of the lead, what was recorded until then is among them. Throws ApiError (UNAVAILABLE): the origin has no
 * entries.
 */
export async function readEntries(
  context: RequestContext,
  lead: Lead,
  collection: EntryRef['collection'],
  page: { readonly first: number; readonly before?: number | undefined },
): Promise<readonly Entry[]> {
  const { loaders, reads } = context;
  const { id } = lead;
  // What is written about a lead comes with a change of its view.
  reads.view('lead', id);
  const versionMin = await loaders.versionMin(id);
  // Once for the request, whoever asks for entries of whichever kind.
  if (versionMin > 0) await loaders.page(`recorded|${id}|${versionMin}`, () => untilRecorded(context, lead, versionMin));
  return entriesOf(context, lead, collection, page);
}

async function entriesOf(
  { ports, reads, explanation }: RequestContext,
  { tenant, id }: Lead,
  collection: EntryRef['collection'],
  page: Parameters<ReadModels['entries']>[1],
) {
  reads.far();
  const startedMs = performance.now();
  try {
    const entries = await ports.readModels.entries({ tenant, collection, id }, page);
    explanation?.note({ kind: collection, id, layer: 'L2', ms: performance.now() - startedMs });
    reads.entries({ collection, id, ...page, found: entries.map(({ n }) => n) });
    return entries;
  } catch (error) {
    throw unavailable(`the ${collection} cannot be read at the moment`, error);
  }
}

/**
 * Resolves once the timeline holds the event of that version: scores are written with it, and before the view is. A view that the origin computed says
 * nothing of them. Of an erased lead nothing is left but that it was erased. Throws ApiError (UNAVAILABLE).
 */
async function untilRecorded(context: RequestContext, lead: Lead, version: number): Promise<void> {
  const deadlineMs = performance.now() + context.shared.timing.versionWaitMs;
  const page = { first: 1, ...(lead.erasedAt === undefined ? { before: version + 1 } : {}) };
  for (let pauseMs = 20; ; pauseMs = Math.min(pauseMs * 2, 250)) {
    const [newest] = await entriesOf(context, lead, 'timeline', page);
    if (newest !== undefined && newest.n >= version) return;
    if (performance.now() + pauseMs > deadlineMs) throw unavailable(`what was recorded about ${lead.id} is not at version ${version} yet`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
