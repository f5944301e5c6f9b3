/** From a folded aggregate to the view that queries read. */
import { isLead, isProperty, type Aggregate } from '../../domain/aggregate.ts';
import { agentIndex } from '../../domain/views/agent-index.ts';
import type { IndexEntry } from '../../domain/views/index-entry.ts';
import { leadIndex } from '../../domain/views/lead-index.ts';
import { propertyIndex } from '../../domain/views/property-index.ts';
import type { ViewPut } from './read-models.ts';

export function viewPut(aggregate: Aggregate): ViewPut {
  const kind = isLead(aggregate) ? 'lead' : isProperty(aggregate) ? 'property' : 'agent';
  return { tenant: aggregate.tenant, kind, id: aggregate.id, version: aggregate.version, doc: JSON.stringify(aggregate), index: indexOf(aggregate) };
}

/** How lists find it; null: in no list. */
export function indexOf(aggregate: Aggregate): IndexEntry | null {
  if (isLead(aggregate)) return leadIndex(aggregate);
  return isProperty(aggregate) ? propertyIndex(aggregate) : agentIndex(aggregate);
}
