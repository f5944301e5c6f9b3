/** What both entries (node:http and Request) look at before an operation may go the direct way, and how its answer looks to them. */
import { isJsonType } from '../plugins/cross-origin.ts';
import type { DirectAnswer } from './direct-graphql.ts';
import { entityTagOf, isNamed, quoted } from './entity-tags.ts';

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

/** Leads are people: nobody on the way may keep an answer, nor a browser. What is kept is kept here, where changes are heard of. */
export const PRIVATE_HEADERS = { 'cache-control': 'no-store' } as const;

/**
 * A Response of its own each time: whoever gets it may add headers. An answer to GET has an entity tag, and is 304 where the client has it:
 * whoever asks was looked at, and the answer made or found, before that.
 */
export async function responseOf(answer: DirectAnswer, { method, headers: sent }: Pick<Request, 'method' | 'headers'>): Promise<Response> {
  const tag = method === 'GET' ? await entityTagOf(answer) : null;
  const tagged = tag === null ? {} : { etag: quoted(tag, null) };
  if (tag !== null && isNamed(sent.get('if-none-match') ?? '', tag)) return new Response(null, { status: 304, headers: { ...tagged, ...PRIVATE_HEADERS } });
  if (!('bytes' in answer)) return new Response(answer.text, { status: answer.status, headers: { ...answer.headers, ...tagged, ...PRIVATE_HEADERS } });
  const { bytes, contentType } = answer;
  return new Response(bytes, { headers: { 'content-type': contentType, 'content-length': String(bytes.length), ...tagged, ...PRIVATE_HEADERS } });
}
