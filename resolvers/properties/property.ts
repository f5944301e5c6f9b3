/** One property. */
import type { Property } from '../../domain/property/property.ts';
import type { RequestContext } from '../context.ts';
import { requireToken } from '../leads/lead.ts';

/** Null where there is no such property of the tenant. With `atLeast` (a consistency token) never older than that. */
export async function propertyById(context: RequestContext, id: string, atLeast: string | null | undefined): Promise<Property | null> {
  await requireToken(context, atLeast);
  return context.loaders.property(id);
}
