/** The leads whose score the AI could not give, in pages, across all tenants. */
import type { LeadId, TenantId } from '../../domain/ids.ts';
import { DEGRADED_FACET } from '../../domain/views/index-names.ts';
import type { ReadModels } from '../../platform/read-models/read-models.ts';

export interface DegradedLead {
  readonly tenant: TenantId;
  readonly id: LeadId;
}

export interface DegradedLeads {
  /** The next leads, at most `count`; fewer do not mean the end. */
  next(count: number): Promise<DegradedLead[]>;
  readonly done: boolean;
}

/** A walk through them: each once, whatever leaves the list meanwhile, as the order of creation never moves. */
export function walkDegraded(readModels: Pick<ReadModels, 'list'>, tenants: readonly TenantId[]): DegradedLeads {
  const rest = [...tenants];
  let after: string | undefined;
  return {
    async next(count) {
      const [tenant] = rest;
      if (tenant === undefined) return [];
      const page = await readModels.list({
        tenant,
        kind: 'lead',
        order: 'CREATED',
        direction: 'ASC',
        facets: [DEGRADED_FACET],
        where: [],
        words: [],
        first: count,
        after,
      });
      after = page.endCursor ?? undefined;
      if (!page.hasNextPage) {
        rest.shift();
        after = undefined;
      }
      return page.items.map(({ id }) => ({ tenant, id: id as LeadId }));
    },
    get done() {
      return rest.length === 0;
    },
  };
}
