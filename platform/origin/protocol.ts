/** What the origin role understands: POST with JSON. */
import { z } from 'zod';
import { ORIGIN_VIEWS_MAX } from './paths.ts';

export const viewsRequest = z.object({
  refs: z.array(z.object({ tenant: z.string(), kind: z.enum(['lead', 'property', 'agent']), id: z.string() })).max(ORIGIN_VIEWS_MAX),
});
export const receiptRequest = z.object({ tenant: z.string(), id: z.string() });
