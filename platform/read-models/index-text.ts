/**
 * The text that lists are ordered by, the same in every adapter: a list holds members `<sort key>NUL<id>`, compared by code points
 * (which is how Redis compares UTF-8 bytes). A member is also the cursor, so that a page goes on exactly where the last one ended,
 * whatever moved meanwhile.
 */
import type { IndexEntry } from '../../domain/views/index-entry.ts';

const MEMBER_SEPARATOR = '\0';
/** Stands for what cannot be stored as UTF-8 or would break the texts below. */
const REPLACEMENT = '\uFFFD';

/** Takes lone surrogates and the three separators (NUL, 1, 2) out of a text. */
export function cleanText(text: string): string {
  const clean = text.toWellFormed();
  // Codes below 32 are rare: one look spares three copies.
  if (!hasSeparator(clean)) return clean;
  return clean.replaceAll('\0', REPLACEMENT).replaceAll('\x01', REPLACEMENT).replaceAll('\x02', REPLACEMENT);
}

function hasSeparator(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) <= 2) return true;
  return false;
}

const cleanAll = (texts: readonly string[]): string[] => [...new Set(texts.map(cleanText))];

/** An entry as it is stored: clean and without repeats. */
export function cleanIndex(index: IndexEntry): IndexEntry & { readonly adds: NonNullable<IndexEntry['adds']> } {
  const sorts = Object.entries(index.sorts).map(([name, key]) => [cleanText(name), cleanText(key)] as const);
  const fields = Object.entries(index.fields).map(([name, value]) => [cleanText(name), typeof value === 'string' ? cleanText(value) : value] as const);
  const adds = Object.entries(index.adds ?? {}).map(([name, count]) => [cleanText(name), count] as const);
  return {
    facets: cleanAll(index.facets),
    sorts: Object.fromEntries(sorts),
    fields: Object.fromEntries(fields),
    words: cleanAll(index.words),
    adds: Object.fromEntries(adds),
  };
}

export const memberOf = (sortKey: string, id: string): string => `${sortKey}${MEMBER_SEPARATOR}${id}`;
export const idOfMember = (member: string): string => member.slice(member.indexOf(MEMBER_SEPARATOR) + 1);
/** The least text above `text`. */
export const successor = (text: string): string => `${text}\0`;
/** Above every member of `sortKey`, not above those of the next sort key. */
export const aboveMembersOf = (sortKey: string): string => `${sortKey}\x01`;

/** Compares by code points. `<` compares UTF-16 units, which puts U+E000 to U+FFFF behind everything above U+FFFF. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above U+FFFF: they go behind every other unit. */
const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);

/** True where every text compares with this one by units as it does by code points. */
export function isOrderedByUnits(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) >= 0xd800) return false;
  return true;
}
