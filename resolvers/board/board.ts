/** The executive board of a brokerage, out of the totals that stand beside the views. */
import type { TenantId } from '../../domain/ids.ts';
import { DAY_MS } from '../../domain/time.ts';
import { boardOf, boardTotals, daysOf, type Board } from '../../domain/views/board.ts';
import type { BoardRange } from '../../domain/views/board-names.ts';
import { totalsTag } from '../../platform/cache/view-tags.ts';
import type { ListQuery } from '../../platform/read-models/read-models.ts';
import type { RequestContext } from '../context.ts';
import { unavailable } from '../errors.ts';

/** One request to the read models; with a token not before they are as new as it asks. Throws ApiError (UNAVAILABLE, BAD_USER_INPUT for a bad token). */
export async function readBoard({ identity, ports, loaders, reads }: RequestContext, range: BoardRange): Promise<Board> {
  const now = ports.clock.now();
  // From before the read: any lead that changes moves the board.
  reads.tag(totalsTag(identity.tenant, 'lead'));
  reads.page(allLeads(identity.tenant), undefined);
  reads.until(Math.ceil((now.getTime() + 1) / DAY_MS) * DAY_MS);
  await loaders.listsAreNewEnough();
  const days = daysOf(range, now.toISOString());
  const names = boardTotals(days);
  reads.far();
  const counts = await ports.readModels.totals({ tenant: identity.tenant, kind: 'lead', names }).catch((error: unknown) => {
    throw unavailable('the board cannot be read at the moment', error);
  });
  const totals = new Map(names.map((name, at) => [name, counts[at] ?? 0]));
  return boardOf(range, days, (name) => totals.get(name) ?? 0);
}

/** The list in which every lead stands: totals have no edition by which they could be told from later ones. */
const allLeads = (tenant: TenantId): ListQuery => ({
  tenant,
  kind: 'lead',
  order: 'UPDATED',
  direction: 'DESC',
  facets: [],
  where: [],
  words: [],
  first: 1,
});
