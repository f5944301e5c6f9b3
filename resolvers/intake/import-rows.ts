/** Many commands at once, in the cold lane: one for each row. Good rows go in; bad ones are told by row and column. */
import type { CommandEnvelope, CommandReceipt } from '../../domain/messages.ts';
import { acceptedReceipt } from '../../domain/views/receipts.ts';
import { digest } from '../../platform/messages/new-id.ts';
import { buildEnvelope } from '../commands/build-envelope.ts';
import { canonicalJson } from '../commands/canonical-json.ts';
import type { CommandDefinition } from '../commands/command.ts';
import { receiptPut } from '../../platform/read-models/receipt-put.ts';
import { appendCommands } from '../commands/submit.ts';
import type { RequestContext } from '../context.ts';
import { badInput, isApiError } from '../errors.ts';

export interface ImportProblem {
  /** Of a CSV: its line, the header being 1. Of objects: their place, from 1. */
  readonly row: number;
  readonly column: string | null;
  readonly message: string;
  readonly value?: string | undefined;
}

/** What a file or a list came to before anything is sent. */
export interface ParsedRows<Input> {
  /** The input's field that they came in. */
  readonly field: 'input.csv' | 'input.leads';
  /** `row` is the line on which it begins, the header being 1. */
  readonly rows: readonly Row<Input>[];
  readonly errors: readonly ImportProblem[];
  /** Headers that mean nothing to us. */
  readonly ignoredColumns: readonly string[];
}
interface Row<Input> {
  readonly row: number;
  readonly input: Input;
}

export interface ImportReport {
  readonly accepted: number;
  readonly rejected: number;
  /** By row. */
  readonly errors: readonly ImportProblem[];
  /** Columns of a CSV that mean nothing to us. */
  readonly ignoredColumns: readonly string[];
  /** One for each accepted row, in their order. */
  readonly receipts: readonly CommandReceipt[];
}

export const IMPORT_ROWS_MAX = 10_000;
/** Commands of one append; between them other requests have their turn. */
const CHUNK = 500;

/** Throws ApiError: BAD_USER_INPUT for too many rows, UNAVAILABLE (repeat with the same key: what went in stays one). */
export async function importRows<Input extends object>(
  context: RequestContext,
  definition: CommandDefinition<Input>,
  { field, rows, errors, ignoredColumns }: ParsedRows<Input>,
  key: string | null | undefined,
): Promise<ImportReport> {
  if (rows.length > IMPORT_ROWS_MAX) throw badInput(`at most ${IMPORT_ROWS_MAX} rows at a time, not ${rows.length}`, field);
  const problems: ImportProblem[] = [...errors];
  const receipts: CommandReceipt[] = [];
  for (let at = 0; at < rows.length; at += CHUNK) {
    const envelopes: CommandEnvelope[] = [];
    for (const row of rows.slice(at, at + CHUNK)) {
      const made = await envelopeOf(context, definition, row, key);
      if ('message' in made) problems.push(made);
      else envelopes.push(made);
    }
    receipts.push(...(await take(context, envelopes)));
  }
  const rejected = new Set(problems.map(({ row }) => row)).size;
  return { accepted: receipts.length, rejected, errors: problems.sort((a, b) => a.row - b.row), ignoredColumns, receipts };
}

/**
 * A row's key is what it says, beside the caller's key: the same row again is the same command, wherever it stands in the file,
 * and a corrected row is a new one.
 */
async function envelopeOf<Input extends object>(
  context: RequestContext,
  definition: CommandDefinition<Input>,
  { row, input }: Row<Input>,
  key: string | null | undefined,
): Promise<CommandEnvelope | ImportProblem> {
  try {
    const idempotencyKey = key == null ? null : await digest(`import\n${key}\n${canonicalJson(input)}`);
    return await buildEnvelope(context, definition, input, { idempotencyKey, bulk: true });
  } catch (error) {
    if (!isApiError(error) || error.extensions.code !== 'BAD_USER_INPUT') throw error;
    return problemOf(row, input, error.message, error.extensions.field);
  }
}

/** `input.preferences.budgetMax` is the column budgetMax; the message need not say so again. */
function problemOf(row: number, input: object, message: string, field: string | undefined): ImportProblem {
  const path = (field ?? 'input').split('.').slice(1);
  const value = path.reduce<unknown>((part, name) => (typeof part === 'object' && part !== null ? (part as Record<string, unknown>)[name] : undefined), input);
  const column = path.find((name) => name !== 'preferences' && name !== 'campaign') ?? null;
  const text = typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, 100) : undefined;
  return { row, column, message: message.replace(/^input[\w.]* /, ''), value: text };
}

/** Into the log, then the receipts. What was handled before is not sent again. */
async function take(context: RequestContext, envelopes: readonly CommandEnvelope[]): Promise<CommandReceipt[]> {
  const receipts = await knownReceipts(context, envelopes);
  const fresh = envelopes.filter((_, at) => (receipts[at]?.status ?? 'ACCEPTED') === 'ACCEPTED');
  if (fresh.length > 0) await appendCommands(context, fresh);
  const accepted = envelopes.map((envelope, at) => receipts[at] ?? acceptedReceipt(envelope));
  await noteReceipts(context, accepted);
  return accepted;
}

async function knownReceipts({ ports, requestId }: RequestContext, envelopes: readonly CommandEnvelope[]): Promise<(CommandReceipt | null)[]> {
  if (envelopes.length === 0) return [];
  try {
    const views = await ports.readModels.get(envelopes.map(({ tenant, id }) => ({ tenant, kind: 'command', id })));
    return views.map((view) => (view === null ? null : (JSON.parse(view.doc) as CommandReceipt)));
  } catch (error) {
    ports.logger.warn({ requestId, error: String(error) }, 'receipts cannot be read; the inbox decides what is a repeat');
    return envelopes.map(() => null);
  }
}

/** A receipt that a worker has moved on by now is not taken back: its version is higher. */
async function noteReceipts({ ports, requestId }: RequestContext, receipts: readonly CommandReceipt[]): Promise<void> {
  if (receipts.length === 0) return;
  try {
    await ports.readModels.put(receipts.map(receiptPut));
  } catch (error) {
    ports.logger.warn({ requestId, error: String(error) }, 'receipts could not be written; the workers write them when the commands are handled');
  }
}
