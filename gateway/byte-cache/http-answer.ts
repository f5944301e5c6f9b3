/** A kept answer as HTTP sends it. */
import type { Kept } from './byte-cache.ts';

/** Leads are people: nobody on the way may keep an answer, nor a browser. What is kept is kept here, where changes are heard of. */
export const KEPT_HEADERS = { 'cache-control': 'no-store' } as const;

/** A Response of its own each time: whoever gets it may add headers. */
export const answerWith = ({ bytes, contentType }: Kept): Response =>
  new Response(bytes, { status: 200, headers: { 'content-type': contentType, 'content-length': String(bytes.length), ...KEPT_HEADERS } });
