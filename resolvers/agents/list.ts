/** The agents of a brokerage. */
import type { Agent } from '../../domain/agent/agent.ts';
import type { RequestContext } from '../context.ts';
import { readList } from '../list-views.ts';

/** A brokerage with more has outgrown a plain list. */
const AGENTS_MAX = 500;

/** By name. Throws ApiError (UNAVAILABLE). */
export async function listAgents(context: RequestContext): Promise<Agent[]> {
  const page = await readList(context, {
    tenant: context.identity.tenant,
    kind: 'agent',
    order: 'NAME',
    direction: 'ASC',
    facets: [],
    where: [],
    words: [],
    first: AGENTS_MAX,
  });
  return page.items.map(({ doc }) => JSON.parse(doc) as Agent);
}
