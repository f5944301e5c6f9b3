/** Lists of leads. */
import type { Lead } from '../../domain/lead/lead.ts';
import type { Connection, PageArgs } from '../connection.ts';
import type { RequestContext } from '../context.ts';
import type { MaybePromise } from '../maybe-promise.ts';
import { listViews } from '../list-views.ts';
import { leadPlan, type LeadFilter, type LeadOrder } from './lead-query.ts';

export interface LeadListArgs extends PageArgs {
  readonly filter?: LeadFilter | null | undefined;
  readonly orderBy?: LeadOrder | null | undefined;
}

/** At once out of memory, else one request to the read models, whatever the filter. */
export function listLeads(context: RequestContext, args: LeadListArgs): MaybePromise<Connection<Lead>> {
  const plan = leadPlan(args.filter ?? {}, args.orderBy ?? 'SCORE_DESC', context.ports.clock.now().toISOString());
  return listViews<Lead>(context, plan, args);
}
