/**
 * The catalogue of errors that the API gives. Plain errors: graphql copies `extensions` from the error that a resolver throws.
 * Whoever masks unexpected errors lets these through (`isApiError`).
 */
export type ApiErrorCode =
  | 'BAD_USER_INPUT'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'CONFLICT'
  | 'VERSION_CONFLICT'
  | 'IDEMPOTENCY_CONFLICT'
  | 'RATE_LIMITED'
  | 'COST_EXCEEDED'
  | 'PERSISTED_ONLY'
  | 'PERSISTED_QUERY_NOT_FOUND'
  | 'UNAVAILABLE'
  | 'INTERNAL'
  /** Subscriptions: what lies behind the cursor is gone; read again, then resume after `extensions.cursor`. */
  | 'RELOAD_REQUIRED'
  /** Subscriptions: ended by the server (the client reads too slowly, or the process stops); resume after `extensions.cursor`. */
  | 'RESUME_REQUIRED';

export interface ApiErrorExtensions {
  readonly code: ApiErrorCode;
  /** Seconds until it is worth trying again. */
  readonly retryAfter?: number | undefined;
  /** The input's field, as a dotted path: `input.preferences.budgetMax`. */
  readonly field?: string | undefined;
  /** Where a subscription resumes. */
  readonly cursor?: string | null | undefined;
  readonly [name: string]: unknown;
}

/** An error that a client may see as it is. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly extensions: ApiErrorExtensions;

  constructor(code: ApiErrorCode, message: string, extensions: Omit<ApiErrorExtensions, 'code'> = {}, options?: ErrorOptions) {
    super(message, options);
    this.extensions = { ...extensions, code };
  }
}

export const isApiError = (error: unknown): error is ApiError => error instanceof ApiError;

export const isUnavailable = (error: unknown): boolean => isApiError(error) && error.extensions.code === 'UNAVAILABLE';

/** What was asked makes no sense; `field` is the dotted path of what is wrong. */
export const badInput = (message: string, field?: string): ApiError => new ApiError('BAD_USER_INPUT', message, field === undefined ? {} : { field });
export const forbidden = (message: string): ApiError => new ApiError('FORBIDDEN', message);
export const conflictingKey = (): ApiError =>
  new ApiError('IDEMPOTENCY_CONFLICT', 'this idempotency key was used for a different request; a new request needs a new key', { field: 'idempotencyKey' });
export const reloadRequired = (cursor: string): ApiError =>
  new ApiError('RELOAD_REQUIRED', 'older news are gone: read again what you show, then resume after this cursor', { cursor });
export const resumeRequired = (reason: string, cursor: string | undefined): ApiError => new ApiError('RESUME_REQUIRED', reason, { cursor: cursor ?? null });

/** Seconds that a client waits before it tries again while a part is down. */
const RETRY_AFTER_SECONDS = 2;
export const unavailable = (message: string, cause?: unknown, retryAfter: number = RETRY_AFTER_SECONDS): ApiError =>
  new ApiError('UNAVAILABLE', message, { retryAfter }, cause === undefined ? undefined : { cause });
