/** An operation through the plugins, answered without a Request: what compiled operations cannot do, and everything that fails. */
import type { ExecutionResult } from 'graphql';
import { processRegularResult } from 'graphql-yoga';
import type { AppOptions } from '../app.ts';
import { maskResult } from '../errors.ts';
import { freshnessHeaders, freshnessIn } from '../freshness.ts';
import { prepareOperation, type OperationParams } from '../operation.ts';
import type { ServerContext } from '../request-context.ts';
import type { YogaServer } from '../yoga.ts';
import { contentTypeOf, type MediaType } from './media-type.ts';

/** An answer as HTTP sends it; headers in small letters. */
export interface MadeAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** Executed, to the end, without an error, and nothing in it may be old: what failed, in part or altogether, may go better the next time. */
  readonly isWhole: boolean;
}

/** Of a query or a mutation: one result. Never rejects for what went wrong in it. */
export async function throughPlugins(
  server: YogaServer,
  params: OperationParams,
  context: ServerContext,
  mediaType: MediaType,
  { logger, clock }: Pick<AppOptions, 'logger' | 'clock'>,
): Promise<MadeAnswer> {
  const result = maskResult(await resultOf(server, params, context), { requestId: context.requestId, logger });
  const freshness = freshnessIn(result);
  const isWhole = result.data != null && result.errors === undefined && freshness === undefined;
  if (isWhole) return { status: 200, headers: { 'content-type': contentTypeOf(mediaType) }, text: JSON.stringify(result), isWhole };
  // Which status goes with which error is Yoga's to know.
  const response = processRegularResult(result, server.fetchAPI, mediaType);
  const headers = { ...Object.fromEntries(response.headers), ...(freshness && freshnessHeaders(freshness, clock.now())) };
  return { status: response.status, headers, text: await response.text(), isWhole };
}

async function resultOf(server: YogaServer, params: OperationParams, context: ServerContext): Promise<ExecutionResult> {
  const prepared = await prepareOperation(server, params, context);
  return 'args' in prepared ? await prepared.execute(prepared.args) : { errors: prepared };
}
