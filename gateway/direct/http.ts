/** What both entries (node:http and Request) look at before an operation may go the direct way, and how its answer looks to them. */
import { isJsonType } from '../plugins/cross-origin.ts';
import type { DirectAnswer } from './direct-graphql.ts';
import { isNamed, quoted } from './entity-tags.ts';
import { PRIVATE_HEADERS, type GetHeaders } from './get-headers.ts';

/** Longer bodies are imports. */
export const BODY_BYTES_MAX = 65_536;
/** Clients choose it: whatever is longer is none that we know. */
const ACCEPT_CHARACTERS_MAX = 256;

type HeaderOf = (name: string) => string | null;

/** True for a POST of JSON whose length is known and small, and for a GET that does not ask for a page. */
export function isDirect(method: string, header: HeaderOf): boolean {
  const accept = header('accept') ?? '';
  if (accept.length > ACCEPT_CHARACTERS_MAX) return false;
  if (method === 'GET') return !accept.includes('text/html');
  const length = Number(header('content-length') ?? Number.NaN);
  return method === 'POST' && length > 0 && length <= BODY_BYTES_MAX && isJsonType(header('content-type') ?? '') && header('content-encoding') === null;
}

/** What operations want to know of a request's headers. */
export const contextHeaders = (header: HeaderOf) => ({
  consistencyToken: header('x-consistency-token') ?? undefined,
  traceparent: header('traceparent') ?? undefined,
  lastEventId: header('last-event-id') || undefined,
  explains: header('x-explain') === '1' ? (true as const) : undefined,
});

/**
 * A Response of its own each time: whoever gets it may add headers. `get`: of an answer to GET, which has an entity tag and is 304 where the client
 * has it: whoever asks was looked at, and the answer made or found, before that.
 */
export function responseOf(answer: DirectAnswer, { headers: sent }: Pick<Request, 'headers'>, get: GetHeaders | null): Response {
  const { tag, headers } = get ?? { tag: null, headers: PRIVATE_HEADERS };
  const common = { ...headers, ...(tag === null ? {} : { etag: quoted(tag, null) }) };
  if (tag !== null && isNamed(sent.get('if-none-match') ?? '', tag)) return new Response(null, { status: 304, headers: common });
  if (!('bytes' in answer)) return new Response(answer.text, { status: answer.status, headers: { ...answer.headers, ...common } });
  const { bytes, contentType } = answer;
  return new Response(bytes, { headers: { 'content-type': contentType, 'content-length': String(bytes.length), ...common } });
}
