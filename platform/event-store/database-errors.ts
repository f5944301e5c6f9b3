/** What the errors of PostgreSQL and of the connection to it mean for us. */
import { EventStoreUnavailableError, UnstorableError, WriteConflictError, WriteTimeoutError } from './event-store.ts';

/** Unique violation, serialization failure, deadlock, lock not available. */
const CONFLICT = new Set(['23505', '40001', '40P01', '55P03']);
/** Lock not available in time, statement cancelled by its timeout: others may well get through. */
const TOO_SLOW = new Set(['55P03', '57014']);
/** Read-only transaction, statement cancelled by its timeout, idle transaction ended, I/O error. */
const UNAVAILABLE = new Set(['25006', '57014', '25P03', '58030']);
/** Connection exceptions, insufficient resources (a full disk, too many connections), the operator's interventions (shutdown, start-up). */
const UNAVAILABLE_CLASSES = ['08', '53', '57P'];
/** Data exceptions (text that jsonb refuses, a value out of range) and program limits (too large). */
const UNSTORABLE_CLASSES = ['22', '54'];
const CONNECTION_LOST = new Set([
  // postgres.js
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  // the operating system
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
]);

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '');

/** True where somebody else was faster; nothing was written. */
export const isConflict = (error: unknown): boolean => CONFLICT.has(codeOf(error));

/** True where the database could not be reached, refuses writes or is full. */
export function isUnavailable(error: unknown): boolean {
  const code = codeOf(error);
  return CONNECTION_LOST.has(code) || UNAVAILABLE.has(code) || UNAVAILABLE_CLASSES.some((start) => code.startsWith(start));
}

/** True where the error, or what caused it, means that its connection is gone: broken, or ended by a server that said why (FATAL). */
export function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const isFatal = 'severity' in error && error.severity === 'FATAL';
  return isFatal || CONNECTION_LOST.has(codeOf(error)) || isConnectionLoss(error.cause);
}

/** The error in the words of the event store's port; what is none of these (a bug) stays as it is. */
export function toEventStoreError(error: unknown): unknown {
  if (TOO_SLOW.has(codeOf(error))) return new WriteTimeoutError('the write model did not get through in time', { cause: error });
  if (isConflict(error)) return new WriteConflictError('somebody else wrote first', { cause: error });
  if (UNSTORABLE_CLASSES.some((start) => codeOf(error).startsWith(start))) return new UnstorableError('the write model refuses the data', { cause: error });
  if (isUnavailable(error)) return new EventStoreUnavailableError('the write model cannot be reached or takes no writes', { cause: error });
  return error;
}

/** Waits for the query and puts its error into the port's words. */
export async function inStoreTerms<T>(query: PromiseLike<T>): Promise<T> {
  try {
    return await query;
  } catch (error) {
    throw toEventStoreError(error);
  }
}
