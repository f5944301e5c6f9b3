/** Calls to Redis for the read models: one request for many, answers checked, errors in the words of the port. */
import type { RestCommand, RestReply, RestRedis, RestScriptCall } from '../redis-rest-client.ts';
import { RestUnavailableError } from '../redis-rest-client.ts';
import { refusal } from '../redis-rest-errors.ts';
import { ReadModelsUnavailableError } from './read-models.ts';

function portError(error: unknown): unknown {
  return error instanceof RestUnavailableError ? new ReadModelsUnavailableError(error.message, { cause: error }) : error;
}

function resultOf(reply: RestReply): unknown {
  if ('error' in reply) throw portError(refusal(reply.error));
  return reply.result;
}

/**
 * Sends all in one request; results in order. Throws a ReadModelsUnavailableError where there was no answer, a RestCommandError where
 * Redis refused one (others of the request may have run: everything the read models send may be sent again).
 */
export async function sendAll(client: RestRedis, calls: readonly (RestCommand | RestScriptCall)[]): Promise<unknown[]> {
  let replies: readonly RestReply[];
  try {
    replies = await client.pipeline(calls);
  } catch (error) {
    throw portError(error);
  }
  return replies.map(resultOf);
}

const unexpected = (what: string): ReadModelsUnavailableError => new ReadModelsUnavailableError(`Redis answered something that is not ${what}`);

export function arrayIn(result: unknown): unknown[] {
  if (!Array.isArray(result)) throw unexpected('an array');
  return result;
}
export function textIn(value: unknown): string {
  if (typeof value !== 'string') throw unexpected('text');
  return value;
}
export function numberIn(value: unknown): number {
  const number = typeof value === 'string' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) throw unexpected('a number');
  return number;
}
