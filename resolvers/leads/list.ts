/** Lists of leads. */
import type { Lead } from '../../domain/lead/lead.ts';
import type { Connection, PageArgs } from '../connection.ts';
import type { RequestContext } from '../context.ts';
import type { MaybePromise } from '../maybe-promise.ts';
import { listViews, type ListPlan } from '../list-views.ts';
import { leadPlan, type LeadFilter, type LeadOrder } from './lead-query.ts';

export interface LeadListArgs extends PageArgs {
  readonly filter?: LeadFilter | null | undefined;
  readonly orderBy?: LeadOrder | null | undefined;
}

/** At once out of memory, else one request to the read models, whatever the filter. */
export function listLeads(context: RequestContext, args: LeadListArgs): MaybePromise<Connection<Lead>> {
  return listViews<Lead>(context, planOf(args, context), args);
}

/** The same question comes with the same arguments (gateway/compiled): what they mean is worked out once. It was a sixth of a list out of memory. */
const plans = new WeakMap<LeadListArgs, ListPlan>();
/** Of all leads, by order: whichever page is asked for. */
const wholePlans = new Map<LeadOrder, ListPlan>();

function planOf(args: LeadListArgs, { ports }: RequestContext): ListPlan {
  const { filter, orderBy } = args;
  const order = orderBy ?? 'SCORE_DESC';
  const known = filter == null ? wholePlans.get(order) : plans.get(args);
  if (known !== undefined) return known;
  const plan = leadPlan(filter ?? {}, order, ports.clock.now().toISOString());
  if (filter == null) wholePlans.set(order, plan);
  else if (!plan.dependsOnClock) plans.set(args, plan);
  return plan;
}
