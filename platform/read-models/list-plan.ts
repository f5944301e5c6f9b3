/** What a list query means, the same in every adapter. */
import type { IndexEntry } from '../../domain/views/index-entry.ts';
import { aboveMembersOf, cleanText, compareText, successor } from './index-text.ts';
import { TOTALS_MAX, type ListQuery, type TotalsQuery, type ViewPut } from './read-models.ts';

/** A list longer than this is walked in its order instead of being gathered by a word and sorted. */
export const WORD_CANDIDATES_MAX = 1000;

/** Members from `low` (inclusive) to `high` (exclusive; undefined: to the end) belong to the page and those behind it. */
interface Span {
  readonly low: string;
  readonly high: string | undefined;
}
export type ListPlan = Pick<ListQuery, 'kind' | 'order' | 'direction' | 'facets' | 'where' | 'words' | 'first'> & Span;

const latest = (a: string, b: string): string => (compareText(a, b) >= 0 ? a : b);
const earliest = (a: string | undefined, b: string | undefined): string | undefined => {
  if (a === undefined || b === undefined) return a ?? b;
  return compareText(a, b) <= 0 ? a : b;
};

function spanOf({ direction, sortFrom, sortTo, after }: ListQuery): Span {
  // A cursor came from outside, as whatever text: it can narrow the bounds, never widen them.
  const cursor = after?.toWellFormed();
  const low = sortFrom === undefined ? '' : cleanText(sortFrom);
  const high = sortTo === undefined ? undefined : aboveMembersOf(cleanText(sortTo));
  if (cursor === undefined) return { low, high };
  return direction === 'ASC' ? { low: latest(low, successor(cursor)), high } : { low, high: earliest(high, cursor) };
}

/** Cleans and checks a query. Throws a RangeError where `first` is not from 1 to 500. */
export function planList(query: ListQuery): ListPlan {
  const { kind, direction, first } = query;
  if (!Number.isInteger(first) || first < 1 || first > 500) throw new RangeError(`first is 1 to 500, not ${first}`);
  const where = query.where.map(({ field, op, value }) => ({ field: cleanText(field), op, value: typeof value === 'string' ? cleanText(value) : value }));
  const facets = [...new Set(query.facets.map(cleanText))];
  return { kind, order: cleanText(query.order), direction, facets, where, words: query.words.map(cleanText), first, ...spanOf(query) };
}

function holds(stored: number | string | undefined, op: 'GTE' | 'LTE', value: number | string): boolean {
  if (typeof stored === 'number' && typeof value === 'number') return op === 'GTE' ? stored >= value : stored <= value;
  if (typeof stored !== 'string' || typeof value !== 'string') return false;
  return op === 'GTE' ? compareText(stored, value) >= 0 : compareText(stored, value) <= 0;
}

/** True where an entry fulfils the facets, conditions and words of a plan. */
export function fulfils(index: IndexEntry, plan: ListPlan): boolean {
  return (
    plan.facets.every((facet) => index.facets.includes(facet)) &&
    plan.where.every(({ field, op, value }) => holds(index.fields[field], op, value)) &&
    plan.words.every((prefix) => index.words.some((word) => word.startsWith(prefix)))
  );
}

/** Throws a RangeError where it asks for too many names. */
export function checkTotals({ names }: TotalsQuery): void {
  if (names.length > TOTALS_MAX) throw new RangeError(`at most ${TOTALS_MAX} totals, not ${names.length}`);
}

/** Throws a RangeError where a view cannot be stored: a mistake of the caller's. */
export function checkPut({ id, version, index, ttlSeconds }: ViewPut): void {
  for (const [total, count] of Object.entries(index?.adds ?? {}))
    if (!Number.isSafeInteger(count) || count === 0) throw new RangeError(`${total} adds a whole number other than 0, not ${count}`);
  if (!Number.isSafeInteger(version) || version < 0) throw new RangeError(`a version is a whole number from 0, not ${version}`);
  if (id === '' || cleanText(id) !== id) throw new RangeError(`an id is plain text, not ${JSON.stringify(id)}`);
  if (ttlSeconds === undefined) return;
  if (!Number.isSafeInteger(ttlSeconds) || ttlSeconds < 1) throw new RangeError(`ttlSeconds is a whole number from 1, not ${ttlSeconds}`);
  // What expires does so alone: nobody would take it out of its lists.
  if (index !== null) throw new RangeError('a view with ttlSeconds stands in no list: its index must be null');
}
