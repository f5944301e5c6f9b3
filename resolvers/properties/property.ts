/** One property. */
import type { Property } from '../../domain/property/property.ts';
import type { RequestContext } from '../context.ts';
import { requireToken } from '../leads/lead.ts';
import { andThen, type MaybePromise } from '../maybe-promise.ts';

/** Null where there is no such property of the tenant. With `atLeast` (a consistency token) never older than that. */
export function propertyById(context: RequestContext, id: string, atLeast: string | null | undefined): MaybePromise<Property | null> {
  return andThen(requireToken(context, atLeast), () => context.loaders.property(id));
}
