/** Many commands at once, in the cold lane: one for each row. Good rows go in; bad ones are told by row and column. */
import type { CommandEnvelope, CommandReceipt } from '../../domain/messages.ts';
import { acceptedReceipt } from '../../domain/views/receipts.ts';
import { digest } from '../../platform/messages/new-id.ts';
import { buildEnvelope } from '../commands/build-envelope.ts';
import { canonicalJson } from '../commands/canonical-json.ts';
import type { CommandDefinition } from '../commands/command.ts';
import { isReceiptMark } from '../../platform/read-models/receipt-put.ts';
import { startAcceptance } from '../commands/acceptance.ts';
import { appendCommands } from '../commands/submit.ts';
import type { RequestContext } from '../context.ts';
import { badInput, isApiError } from '../errors.ts';
import { within } from '../within.ts';

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
  /** Where the log went away in the middle. */
  readonly interruption: ImportInterruption | null;
}
/** Rows from `fromRow` on were not taken in, as far as is known; the same file and key again completes the import. */
export interface ImportInterruption {
  readonly fromRow: number;
  readonly message: string;
  /** Seconds. */
  readonly retryAfter: number;
}

export const IMPORT_ROWS_MAX = 10_000;
/** Commands of one append; between them other requests have their turn. */
const CHUNK = 500;

/** Throws ApiError: BAD_USER_INPUT for too many rows, UNAVAILABLE where nothing was taken in (repeat with the same key: what went in stays one). */
export async function importRows<Input extends object>(
  context: RequestContext,
  definition: CommandDefinition<Input>,
  { field, rows, errors, ignoredColumns }: ParsedRows<Input>,
  key: string | null | undefined,
): Promise<ImportReport> {
  if (rows.length > IMPORT_ROWS_MAX) throw badInput(`at most ${IMPORT_ROWS_MAX} rows at a time, not ${rows.length}`, field);
  const problems: ImportProblem[] = [...errors];
  const receipts: CommandReceipt[] = [];
  const views = { away: false };
  let interruption: ImportInterruption | null = null;
  for (let at = 0; at < rows.length && interruption === null; at += CHUNK) {
    const envelopes: CommandEnvelope[] = [];
    for (const row of rows.slice(at, at + CHUNK)) {
      const made = await envelopeOf(context, definition, row, key);
      if ('message' in made) problems.push(made);
      else envelopes.push(made);
    }
    try {
      receipts.push(...(await take(context, envelopes, views)));
    } catch (error) {
      // What is in stays in, and has to be told: then this is an answer, not a failure.
      if (receipts.length === 0 || !isApiError(error)) throw error;
      interruption = { fromRow: rows[at]?.row ?? 0, message: error.message, retryAfter: error.extensions.retryAfter ?? 0 };
    }
  }
  const rejected = new Set(problems.map(({ row }) => row)).size;
  return { accepted: receipts.length, rejected, errors: problems.sort((a, b) => a.row - b.row), ignoredColumns, receipts, interruption };
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
async function take(context: RequestContext, envelopes: readonly CommandEnvelope[], views: { away: boolean }): Promise<CommandReceipt[]> {
  if (envelopes.length === 0) return [];
  const acceptance = startAcceptance(context.shared.timing.acceptanceMs);
  try {
    const receipts = await knownReceipts(context, envelopes, views);
    const fresh = envelopes.filter((_, at) => (receipts[at]?.status ?? 'ACCEPTED') === 'ACCEPTED');
    if (fresh.length > 0) await appendCommands(context, fresh, acceptance);
    const accepted = envelopes.map((envelope, at) => receipts[at] ?? acceptedReceipt(envelope));
    await noteReceipts(context, accepted, views);
    return accepted;
  } finally {
    acceptance.end();
  }
}

/** Read models that hang hold an import up once, not for each of its chunks. */
async function knownReceipts(
  { ports, requestId, shared }: RequestContext,
  envelopes: readonly CommandEnvelope[],
  views: { away: boolean },
): Promise<(CommandReceipt | null)[]> {
  if (views.away) return envelopes.map(() => null);
  try {
    const found = await within(shared.timing.lookupMs, ports.readModels.get(envelopes.map(({ tenant, id }) => ({ tenant, kind: 'command', id }))));
    return found.map((view) => (view === null || isReceiptMark(view) ? null : (JSON.parse(view.doc) as CommandReceipt)));
  } catch (error) {
    views.away = true;
    ports.logger.warn({ requestId, error: String(error) }, 'receipts cannot be read; the inbox decides what is a repeat');
    return envelopes.map(() => null);
  }
}

async function noteReceipts({ shared }: RequestContext, receipts: readonly CommandReceipt[], views: { away: boolean }): Promise<void> {
  const noted = shared.receipts.note(receipts);
  if (views.away) return;
  await within(shared.timing.lookupMs, noted).catch(() => {
    views.away = true;
  });
}
