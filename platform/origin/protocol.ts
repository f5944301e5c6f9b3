/** What the origin role understands: POST with JSON. */
import * as z from 'zod';
import { DEAD_LETTERS_PAGE_MAX } from '../dead-letters/dead-letters.ts';
import { ORIGIN_RECORDS_MAX, ORIGIN_VIEWS_MAX } from './paths.ts';

export const viewsRequest = z.object({
  refs: z.array(z.object({ tenant: z.string(), kind: z.enum(['lead', 'property', 'agent']), id: z.string() })).max(ORIGIN_VIEWS_MAX),
});
export const receiptRequest = z.object({ tenant: z.string(), id: z.string() });

const text = z.string().max(500).optional();
const time = z.iso.datetime().optional();
/** Strict: a condition that this version does not know must not be taken for none. */
const filter = z.strictObject({
  topic: text,
  type: text,
  streamId: text,
  commandId: text,
  reason: text,
  since: time,
  until: time,
  replayed: z.boolean().optional(),
});
/** There is no request without a tenant here: the letters of all are for operators with the database, not for gateways. */
export const deadLettersRequest = z.object({ tenant: z.string(), filter, first: z.number().int().min(1).max(DEAD_LETTERS_PAGE_MAX), after: text });
export const insightRequest = z.object({ tenant: z.string(), id: z.string() });
export const deadLetterRequest = z.object({ tenant: z.string(), id: z.string() });

const record = z.object({ topic: z.string(), key: z.string().min(1), value: z.string(), headers: z.record(z.string(), z.string()).optional() });
export const logRequest = z.object({ records: z.array(record).min(1).max(ORIGIN_RECORDS_MAX) });
