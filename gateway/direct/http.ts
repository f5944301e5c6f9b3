/** What both entries (node:http and Request) look at before an operation may go the direct way, and how its answer looks to them. */
import { isJsonType } from '../plugins/cross-origin.ts';
import type { DirectAnswer } from './direct-graphql.ts';

/** Longer bodies are imports. */
export const BODY_BYTES_MAX = 65_536;
/** Clients choose it: whatever is longer is none that we know. */
const ACCEPT_CHARACTERS_MAX = 256;

type HeaderOf = (name: string) => string | null;

/** True for a POST of JSON whose length is known and small. */
export function isDirect(method: string, header: HeaderOf): boolean {
  const length = Number(header('content-length') ?? Number.NaN);
  return (
    method === 'POST' &&
    length > 0 &&
    length <= BODY_BYTES_MAX &&
    isJsonType(header('content-type') ?? '') &&
    (header('accept') ?? '').length <= ACCEPT_CHARACTERS_MAX &&
    header('content-encoding') === null
  );
}

/** What operations want to know of a request's headers. */
export const contextHeaders = (header: HeaderOf) => ({
  consistencyToken: header('x-consistency-token') ?? undefined,
  traceparent: header('traceparent') ?? undefined,
  lastEventId: header('last-event-id') || undefined,
});

/** Leads are people: nobody on the way may keep an answer, nor a browser. What is kept is kept here, where changes are heard of. */
export const PRIVATE_HEADERS = { 'cache-control': 'no-store' } as const;

/** A Response of its own each time: whoever gets it may add headers. */
export function responseOf(answer: DirectAnswer): Response {
  if (!('bytes' in answer)) return new Response(answer.text, { status: answer.status, headers: { ...answer.headers, ...PRIVATE_HEADERS } });
  const { bytes, contentType } = answer;
  return new Response(bytes, { headers: { 'content-type': contentType, 'content-length': String(bytes.length), ...PRIVATE_HEADERS } });
}
