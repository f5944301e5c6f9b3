/** The read models in memory against the simplest thing that could be right: a map, filtered and sorted on every question. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { tenantId } from '../../domain/ids.ts';
import type { IndexEntry } from '../../domain/views/index-entry.ts';
import { compareText } from '../../platform/read-models/index-text.ts';
import { createMemoryReadModels } from '../../platform/read-models/memory-read-models.ts';
import type { ListStep, Operation } from '../support/read-model-operations.ts';
import { operations, runOperations } from '../support/read-model-operations.ts';

type Essence = number | null | readonly (boolean | number | string | null)[];
interface Stored {
  readonly version: number;
  readonly doc: string;
  readonly index: IndexEntry | null;
}

const bytes = (text: string): Buffer => Buffer.from(text);
const clean = (text: string): string => text.toWellFormed().replaceAll(/\p{Cc}/gu, (char) => (char < '\x03' ? '\uFFFD' : char));
const atLeast = (a: number | string, b: number | string): boolean =>
  typeof a === 'number' || typeof b === 'number' ? a >= b : Buffer.compare(bytes(clean(a)), bytes(clean(b))) >= 0;

function isWanted(index: IndexEntry, query: ListStep): boolean {
  const key = index.sorts[query.order];
  return (
    key !== undefined &&
    (query.sortFrom === undefined || atLeast(key, query.sortFrom)) &&
    (query.sortTo === undefined || atLeast(query.sortTo, key)) &&
    query.facets.every((facet) => index.facets.includes(facet)) &&
    query.words.every((prefix) => index.words.some((word) => word.startsWith(prefix))) &&
    query.where.every(({ field, op, value }) => {
      const stored = index.fields[field];
      if (stored === undefined || typeof stored !== typeof value) return false;
      return op === 'GTE' ? atLeast(stored, value) : atLeast(value, stored);
    })
  );
}

function naiveList(views: ReadonlyMap<string, Stored>, query: ListStep): string[] {
  const found = [...views].filter(([, { index }]) => index !== null && isWanted(index, query));
  const sortKey = ([id, { index }]: [string, Stored]): Buffer => bytes(`${clean(index?.sorts[query.order] ?? '')}\0${id}`);
  const sorted = found.sort((a, b) => Buffer.compare(sortKey(a), sortKey(b))).map(([id, { version }]) => `${id} ${version}`);
  return query.direction === 'ASC' ? sorted : sorted.reverse();
}

/** What each step should answer, in the form of `essence`. */
function naiveAnswers(steps: readonly Operation[]): Essence[] {
  const views = new Map<string, Stored>();
  const stored = (id: string) => views.get(id) ?? null;
  const put = ({ id, version, index }: { id: string; version: number; index: IndexEntry | null }, absentOnly: boolean): boolean => {
    const known = views.get(id);
    if (known && (absentOnly || known.version >= version)) return false;
    views.set(id, { version, doc: `"${id} ${version}"`, index });
    return true;
  };
  return steps.map((step): Essence => {
    if (step.do === 'put') return step.views.map((view) => put(view, false));
    if (step.do === 'get') return step.ids.map((id) => stored(id)?.version ?? null);
    if (step.do === 'list') return naiveList(views, step.query);
    if (step.do === 'totals') return step.names.map((name) => [...views.values()].reduce((sum, { index }) => sum + (index?.adds?.[name] ?? 0), 0));
    put(step.view, true);
    return stored(step.view.id)?.version ?? null;
  });
}

type Page = { readonly items: readonly { readonly id: string; readonly version: number }[] };
function essence(step: Operation, answer: unknown): Essence {
  if (step.do === 'put') return answer as boolean[];
  if (step.do === 'get') return (answer as ({ version: number } | null)[]).map((view) => view?.version ?? null);
  if (step.do === 'list') return (answer as Page[]).flatMap((page) => page.items.map(({ id, version }) => `${id} ${version}`));
  if (step.do === 'totals') return answer as number[];
  return (answer as { version: number }).version;
}

test('random puts and questions are answered as a map that is filtered and sorted would', async () => {
  await fc.assert(
    fc.asyncProperty(operations({ maxLength: 40 }), async (steps) => {
      const answers = await runOperations(createMemoryReadModels(), tenantId('t1'), steps);
      expect(steps.map((step, at) => essence(step, answers[at]))).toEqual(naiveAnswers(steps));
    }),
    { numRuns: 1000 },
  );
});

test('texts are compared as their UTF-8 bytes are', () => {
  const text = fc.string({ unit: 'binary', maxLength: 6 }).map((each) => each.toWellFormed());
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(Math.sign(compareText(a, b))).toBe(Math.sign(Buffer.compare(bytes(a), bytes(b))));
    }),
    { numRuns: 2000 },
  );
});
