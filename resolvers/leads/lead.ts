/** One lead. */
import type { Lead } from '../../domain/lead/lead.ts';
import type { RequestContext } from '../context.ts';

/** Null where there is no such lead of the tenant. With `atLeast` (a consistency token) never older than that. */
export async function leadById(context: RequestContext, id: string, atLeast: string | null | undefined): Promise<Lead | null> {
  await requireToken(context, atLeast);
  return context.loaders.lead(id);
}

/** Makes the loaders hold to a consistency token. Throws ApiError (BAD_USER_INPUT). */
export async function requireToken(context: RequestContext, token: string | null | undefined): Promise<void> {
  if (token != null) context.loaders.require(await context.shared.tokens.verify(context.identity.tenant, token));
}
