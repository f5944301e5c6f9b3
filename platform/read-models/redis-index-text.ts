/**
 * An index entry as one text, in which a script finds anything with a plain search and nothing has to be parsed: records, each behind
 * a byte 1, and a byte 1 at the end. `c<facet>`, `o<order>` 2 `<sort key>`, `n<field>` 2 `<number>`, `t<field>` 2 `<text>`, `w<word>`,
 * `a<total>` 2 `<number>` what it adds to a total. The latter stand last.
 * cleanText keeps the bytes 1 and 2 out of the parts.
 */
import type { IndexEntry } from '../../domain/views/index-entry.ts';
import { cleanIndex } from './index-text.ts';

/** '' for a view that is in no list. */
export function redisIndexText(index: IndexEntry | null): string {
  if (index === null) return '';
  const { facets, sorts, fields, words, adds } = cleanIndex(index);
  const records = [
    ...facets.map((facet) => `c${facet}`),
    ...Object.entries(sorts).map(([order, sortKey]) => `o${order}\x02${sortKey}`),
    ...Object.entries(fields).map(([field, value]) => `${typeof value === 'number' ? 'n' : 't'}${field}\x02${value}`),
    ...words.map((word) => `w${word}`),
    ...Object.entries(adds).map(([total, count]) => `a${total}\x02${count}`),
  ];
  return `\x01${records.map((record) => `${record}\x01`).join('')}`;
}
