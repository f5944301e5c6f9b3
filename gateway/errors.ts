/**
 * What clients are told of errors: always a code of the catalogue, never an inside. What is not known to be fit for a client becomes
 * INTERNAL with the request's id, and goes to the log whole under the same id.
 */
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { KeysUnavailableError } from '../platform/auth/token-verifier.ts';
import { EventStoreUnavailableError } from '../platform/event-store/event-store.ts';
import { LogUnavailableError } from '../platform/log/log.ts';
import { OriginUnavailableError } from '../platform/origin/post.ts';
import { ReadModelsUnavailableError } from '../platform/read-models/read-models.ts';
import type { Logger } from '../platform/telemetry/logger.ts';
import { isApiError, unavailable, type ApiErrorCode, type ApiErrorExtensions } from '../resolvers/errors.ts';

export interface ErrorScope {
  readonly requestId: string;
  readonly logger: Logger;
}

const KNOWN_CODES: ReadonlySet<unknown> = new Set<ApiErrorCode>([
  'BAD_USER_INPUT',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'CONFLICT',
  'VERSION_CONFLICT',
  'IDEMPOTENCY_CONFLICT',
  'RATE_LIMITED',
  'COST_EXCEEDED',
  'PERSISTED_ONLY',
  'PERSISTED_QUERY_NOT_FOUND',
  'UNAVAILABLE',
  'INTERNAL',
  'RELOAD_REQUIRED',
  'RESUME_REQUIRED',
]);

interface ClientError {
  readonly message: string;
  readonly extensions: ApiErrorExtensions;
}

interface Result {
  readonly data?: unknown;
  readonly errors?: readonly GraphQLError[] | undefined;
  /** Parts that come behind the first result (@defer). */
  readonly incremental?: readonly Result[] | undefined;
}

/** The result with every error made fit for the client. */
export function maskResult<R extends Result>(result: R, scope: ErrorScope): R {
  const { errors = [], incremental } = result;
  if (errors.length === 0 && !incremental) return result;
  return {
    ...result,
    ...(errors.length > 0 && { errors: errors.map((error) => maskError(error, scope, result.data != null)) }),
    ...(incremental && { incremental: incremental.map((part) => maskResult(part, scope)) }),
  };
}

/** The error made fit for the client; `hasData` where the answer holds data beside it. */
export function maskError(error: GraphQLError, scope: ErrorScope, hasData = false): GraphQLError {
  const { message, extensions } = clientErrorOf(error, scope);
  const http = givenHttp(error) ?? (hasData ? undefined : httpOf(extensions, error.path === undefined));
  return new GraphQLError(message, {
    nodes: error.nodes ?? null,
    source: error.source ?? null,
    positions: error.positions ?? null,
    path: error.path ?? null,
    extensions: { ...extensions, ...(http === undefined ? {} : { http }) },
  });
}

/** As it goes on the wire: what was meant for the HTTP answer alone is left out. */
export function forClient(error: GraphQLError): GraphQLFormattedError {
  const { http: _http, ...extensions } = error.extensions;
  return { ...error.toJSON(), extensions };
}

/** What Yoga wants for the HTTP answer. A body that is no JSON was no GraphQL request yet: 400 for every client. */
function givenHttp({ extensions }: GraphQLError): object | undefined {
  const http: unknown = extensions?.['http'];
  if (typeof http !== 'object' || http === null) return undefined;
  return extensions['originalError'] === undefined ? http : { ...http, spec: false };
}

/** What a client may know of any error. Reports what it may not. */
export function clientErrorOf(error: unknown, scope: ErrorScope): ClientError {
  const cause = rootCause(error);
  if (isApiError(cause)) return { message: cause.message, extensions: cause.extensions };
  if (isCallerGone(cause)) return { message: 'the request was not sent to its end', extensions: { code: 'BAD_USER_INPUT' } };
  const part = unavailablePart(cause);
  if (part !== null) {
    scope.logger.warn({ requestId: scope.requestId, err: cause }, part);
    return unavailable(part);
  }
  if (isGraphQLError(cause) && isClientsFault(error, cause)) return { message: cause.message, extensions: extensionsOf(cause) };
  scope.logger.error({ requestId: scope.requestId, err: cause }, 'a request failed unexpectedly');
  return {
    message: 'Something went wrong on our side. Quote the request id when you report it.',
    extensions: { code: 'INTERNAL', requestId: scope.requestId },
  };
}

/** What reading a body throws on Node where the connection ended before it: nobody hears the answer, and nobody here has to look into it. */
const isCallerGone = (error: unknown): boolean => error instanceof Error && error.message === 'aborted' && 'code' in error && error.code === 'ECONNRESET';

/** By name, not by class: with two copies of graphql in a process (a test runner's) classes tell nothing. */
const isGraphQLError = (error: unknown): error is GraphQLError => error instanceof Error && error.name === 'GraphQLError';

function rootCause(error: unknown): unknown {
  if (!isGraphQLError(error) || error.originalError == null) return error;
  return rootCause(error.originalError);
}

function unavailablePart(cause: unknown): string | null {
  if (cause instanceof LogUnavailableError)
    return 'the command log cannot be reached; it is not known whether the command was taken: repeat it with the same idempotency key';
  if (cause instanceof ReadModelsUnavailableError) return 'the read models cannot be reached';
  if (cause instanceof EventStoreUnavailableError) return 'the write model cannot be reached';
  if (cause instanceof OriginUnavailableError) return 'the origin of the read models cannot be reached';
  if (cause instanceof KeysUnavailableError) return 'tokens cannot be checked just now';
  return null;
}

/** GraphQL's own errors are about the request, except where a resolver's value did not fit its type: those come from no place in the document. */
function isClientsFault(error: unknown, cause: GraphQLError): boolean {
  if (cause.extensions?.['unexpected'] === true) return false;
  const cameFromExecution = isGraphQLError(error) && error.path !== undefined;
  return KNOWN_CODES.has(cause.extensions?.['code']) || !cameFromExecution || cause.nodes !== undefined;
}

/** Codes of the catalogue are ours, with what stands beside them; others come from libraries, and mean that the request was wrong. */
function extensionsOf({ extensions }: GraphQLError): ApiErrorExtensions {
  const { code, http: _http, ...details } = extensions ?? {};
  return isKnownCode(code) ? { ...details, code } : { code: 'BAD_USER_INPUT' };
}
const isKnownCode = (code: unknown): code is ApiErrorCode => KNOWN_CODES.has(code);

/** `spec`: only for clients of application/graphql-response+json; those of application/json get 200, as the GraphQL over HTTP rules ask. */
function httpOf({ code, retryAfter }: ApiErrorExtensions, cameBeforeExecution: boolean) {
  const headers = retryAfter === undefined ? undefined : { 'retry-after': String(retryAfter) };
  // Yoga says so only of the first request with a document that cannot be parsed: its cache of errors forgets it.
  const status = STATUS[code] ?? (cameBeforeExecution && code === 'BAD_USER_INPUT' ? 400 : undefined);
  return status === undefined ? undefined : { status, spec: true, ...(headers && { headers }) };
}

export const STATUS: Partial<Record<ApiErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  RATE_LIMITED: 429,
  COST_EXCEEDED: 400,
  PERSISTED_ONLY: 400,
  PERSISTED_QUERY_NOT_FOUND: 400,
  INTERNAL: 500,
  UNAVAILABLE: 503,
};
