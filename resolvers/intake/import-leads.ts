/** Many leads at once: one CreateLead each. */
import { requireAuthority } from '../commands/authority.ts';
import type { CreateLeadInput, ImportLeadsInput } from '../commands/inputs.ts';
import { createLead } from '../commands/lead-commands.ts';
import type { RequestContext } from '../context.ts';
import { badInput } from '../errors.ts';
import { importRows, type ImportReport, type ParsedRows } from './import-rows.ts';
import { parseLeadsCsv } from './leads-csv.ts';

/** Throws ApiError: FORBIDDEN, BAD_USER_INPUT for what is no import at all, UNAVAILABLE (repeat with the same key: what went in stays one). */
export async function importLeads(context: RequestContext, input: ImportLeadsInput, key: string | null | undefined): Promise<ImportReport> {
  requireAuthority(context, { type: 'ImportLeads', restricted: true });
  return importRows(context, createLead, rowsOf(input), key);
}

function rowsOf({ leads, csv }: ImportLeadsInput): ParsedRows<CreateLeadInput> {
  if ((leads == null) === (csv == null)) throw badInput('input takes either leads or csv', 'input');
  if (csv != null) return parseLeadsCsv(csv);
  return { field: 'input.leads', rows: (leads ?? []).map((input, at) => ({ row: at + 1, input })), errors: [], ignoredColumns: [] };
}
