/** The agents of a brokerage. */
import type { Agent } from '../../domain/agent/agent.ts';
import type { RequestContext } from '../context.ts';
import { readPage, type ListPlan } from '../list-views.ts';
import { andThen, type MaybePromise } from '../maybe-promise.ts';

/** A brokerage with more has outgrown a plain list. */
const AGENTS_MAX = 500;

const BY_NAME: ListPlan = { kind: 'agent', order: 'NAME', direction: 'ASC', facets: [], where: [], words: [] };

/** By name. Throws ApiError (UNAVAILABLE). */
export function listAgents(context: RequestContext): MaybePromise<Agent[]> {
  return andThen(readPage<Agent>(context, BY_NAME, AGENTS_MAX), ({ edges }) => edges.map(({ node }) => node));
}
