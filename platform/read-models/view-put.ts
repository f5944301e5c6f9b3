/** From a folded aggregate to the view that queries read. */
import { isLead, isProperty, type Aggregate } from '../../domain/aggregate.ts';
import { agentIndex } from '../../domain/views/agent-index.ts';
import { leadIndex } from '../../domain/views/lead-index.ts';
import { propertyIndex } from '../../domain/views/property-index.ts';
import type { ViewPut } from './read-models.ts';

export function viewPut(aggregate: Aggregate): ViewPut {
  const common = { tenant: aggregate.tenant, id: aggregate.id, version: aggregate.version, doc: JSON.stringify(aggregate) };
  if (isLead(aggregate)) return { ...common, kind: 'lead', index: leadIndex(aggregate) };
  if (isProperty(aggregate)) return { ...common, kind: 'property', index: propertyIndex(aggregate) };
  return { ...common, kind: 'agent', index: agentIndex(aggregate) };
}
