/** Many listings at once: one UpsertProperty each, so that a file that is imported again changes only what changed. */
import { requireAuthority } from '../commands/authority.ts';
import { upsertProperty } from '../commands/property-commands.ts';
import type { RequestContext } from '../context.ts';
import { importRows, type ImportReport } from './import-rows.ts';
import { parsePropertiesCsv } from './properties-csv.ts';

/** Throws ApiError: FORBIDDEN, BAD_USER_INPUT for what is no import at all, UNAVAILABLE (repeat with the same key: what went in stays one). */
export async function importProperties(context: RequestContext, input: { readonly csv: string }, key: string | null | undefined): Promise<ImportReport> {
  requireAuthority(context, upsertProperty);
  return importRows(context, upsertProperty, parsePropertiesCsv(input.csv), key);
}
