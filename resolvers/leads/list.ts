/** Lists of leads. */
import type { Lead } from '../../domain/lead/lead.ts';
import type { Connection, PageArgs } from '../connection.ts';
import type { RequestContext } from '../context.ts';
import { listViews } from '../list-views.ts';
import { leadPlan, type LeadFilter, type LeadOrder } from './lead-query.ts';

export interface LeadListArgs extends PageArgs {
  readonly filter?: LeadFilter | null | undefined;
  readonly orderBy?: LeadOrder | null | undefined;
}

/** One request to the read models, whatever the filter. */
export async function listLeads(context: RequestContext, args: LeadListArgs): Promise<Connection<Lead>> {
  // Who is overdue is the clock's doing, which tells nobody.
  if (args.filter?.overdue === true) context.reads.never();
  const plan = leadPlan(args.filter ?? {}, args.orderBy ?? 'SCORE_DESC', context.ports.clock.now().toISOString());
  const page = await listViews<Lead>(context, plan, args);
  for (const { node } of page.edges) context.loaders.prime(node);
  return page;
}
