/** One lead. */
import type { Lead } from '../../domain/lead/lead.ts';
import type { RequestContext } from '../context.ts';
import { andThen, type MaybePromise } from '../maybe-promise.ts';

/** Null where there is no such lead of the tenant. With `atLeast` (a consistency token) never older than that. */
export function leadById(context: RequestContext, id: string, atLeast: string | null | undefined): MaybePromise<Lead | null> {
  return andThen(requireToken(context, atLeast), () => context.loaders.lead(id));
}

/** Makes the loaders hold to a consistency token. Throws ApiError (BAD_USER_INPUT). */
export function requireToken(context: RequestContext, token: string | null | undefined): MaybePromise<void> {
  if (token == null) return undefined;
  return context.shared.tokens.verify(context.identity.tenant, token).then((atLeast) => context.loaders.require(atLeast));
}
