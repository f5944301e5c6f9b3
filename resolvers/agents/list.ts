/** The agents of a brokerage. */
import type { Agent } from '../../domain/agent/agent.ts';
import type { RequestContext } from '../context.ts';
import { unavailable } from '../errors.ts';

/** A brokerage with more has outgrown a plain list. */
const AGENTS_MAX = 500;

/** By name. Throws ApiError (UNAVAILABLE). */
export async function listAgents({ ports, identity }: RequestContext): Promise<Agent[]> {
  try {
    const page = await ports.readModels.list({
      tenant: identity.tenant,
      kind: 'agent',
      order: 'NAME',
      direction: 'ASC',
      facets: [],
      where: [],
      words: [],
      first: AGENTS_MAX,
    });
    return page.items.map(({ doc }) => JSON.parse(doc) as Agent);
  } catch (error) {
    throw unavailable('lists cannot be read at the moment', error);
  }
}
