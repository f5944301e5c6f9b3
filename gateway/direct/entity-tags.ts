/** Strong entity tags (RFC 9110, 8.8.3) over an answer's bytes, and what clients send back of them. Edge safe. */
import { digest } from '../../platform/messages/new-id.ts';
import type { Kept } from '../byte-cache/byte-cache.ts';
import type { DirectAnswer } from './direct-graphql.ts';

const TAG_CHARACTERS = 32;
const decoder = new TextDecoder();
const known = new WeakMap<Kept, Promise<string>>();

/** The opaque part, without quotes; null for an answer that holds an error: the next one may be another. */
export function entityTagOf(answer: DirectAnswer): Promise<string> | null {
  if (!('bytes' in answer)) return answer.isWhole ? tagOf(answer.text) : null;
  const tag = known.get(answer) ?? tagOf(answer.ascii ?? decoder.decode(answer.bytes));
  known.set(answer, tag);
  return tag;
}

const tagOf = async (text: string): Promise<string> => (await digest(text)).slice(0, TAG_CHARACTERS);

/** As it stands in headers: another form of the same answer is another entity. */
export const quoted = (tag: string, encoding: string | null): string => (encoding === null ? `"${tag}"` : `"${tag}-${encoding}"`);

/** True where If-None-Match names the answer, in whatever form the client has it: a list, weak or strong, or `*`. */
export function isNamed(ifNoneMatch: string, tag: string): boolean {
  if (ifNoneMatch.trim() === '*') return true;
  return Array.from(ifNoneMatch.matchAll(/(?:W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/g), ([, opaque = '']) => opaque).some(
    (opaque) => opaque === tag || (opaque.startsWith(`${tag}-`) && opaque.length <= tag.length + 5),
  );
}
