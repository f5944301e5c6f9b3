/** Random sequences of puts and reads for read models, made so that ids, versions, ties and filters meet often. */
import * as fc from 'fast-check';
import type { TenantId } from '../../domain/ids.ts';
import type { IndexEntry } from '../../domain/views/index-entry.ts';
import type { ListQuery, ReadModels, ViewPut } from '../../platform/read-models/read-models.ts';

type PutStep = Pick<ViewPut, 'id' | 'version' | 'index'>;
export type ListStep = Omit<ListQuery, 'tenant' | 'kind' | 'after'>;
export type Operation =
  | { readonly do: 'put'; readonly views: readonly PutStep[] }
  | { readonly do: 'putIfAbsent'; readonly view: PutStep }
  | { readonly do: 'get'; readonly ids: readonly string[] }
  | { readonly do: 'totals'; readonly names: readonly string[] }
  | { readonly do: 'list'; readonly query: ListStep };

const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'aa');
const key = fc.oneof(fc.constantFrom('', '1', '10', '2', 'é', '\u{1F600}', '\uFFFD', '|', '1|'), fc.string({ unit: 'binary', maxLength: 3 }));
const facet = fc.constantFrom('tier:HOT', 'tier:COLD', 'tag:x', 'tag:x:y');
const order = fc.constantFrom('ONE', 'TWO');
const word = fc.constantFrom('ada', 'adam', 'ad', 'bob', 'böb', '%a', '');
const value = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom('', 'x', 'y', '2'));

const total = fc.constantFrom('leads', 'HOT@1', 'worth', 'é|');
const added = fc.integer({ min: -5, max: 5 }).filter((count) => count !== 0);

const index: fc.Arbitrary<IndexEntry> = fc.record({
  facets: fc.array(facet, { maxLength: 3 }),
  sorts: fc.dictionary(order, key, { maxKeys: 2 }),
  fields: fc.dictionary(fc.constantFrom('f', 'g'), value, { maxKeys: 2 }),
  words: fc.array(word, { maxLength: 3 }),
  adds: fc.option(fc.dictionary(total, added, { maxKeys: 3 }), { nil: undefined, freq: 3 }),
});
const view: fc.Arbitrary<PutStep> = fc.record({ id, version: fc.integer({ min: 0, max: 6 }), index: fc.option(index, { nil: null, freq: 5 }) });
const query: fc.Arbitrary<ListStep> = fc.record({
  order,
  direction: fc.constantFrom('ASC', 'DESC'),
  facets: fc.array(facet, { maxLength: 2 }),
  sortFrom: fc.option(key, { nil: undefined, freq: 2 }),
  sortTo: fc.option(key, { nil: undefined, freq: 2 }),
  where: fc.array(fc.record({ field: fc.constantFrom('f', 'g'), op: fc.constantFrom('GTE', 'LTE'), value }), { maxLength: 1 }),
  words: fc.array(word, { maxLength: 2 }),
  first: fc.integer({ min: 1, max: 4 }),
});

export const operations = (constraints: { readonly maxLength: number }): fc.Arbitrary<Operation[]> =>
  fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.record({ do: fc.constant('put'), views: fc.array(view, { minLength: 1, maxLength: 6 }) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('putIfAbsent'), view }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('get'), ids: fc.array(id, { minLength: 1, maxLength: 4 }) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('totals'), names: fc.array(total, { maxLength: 4 }) }) },
      { weight: 4, arbitrary: fc.record({ do: fc.constant('list'), query }) },
    ),
    { minLength: 1, ...constraints },
  );

async function allPages(readModels: ReadModels, query: ListQuery): Promise<unknown[]> {
  const pages = [await readModels.list(query)];
  for (let page = pages.at(-1); page?.hasNextPage; page = pages.at(-1)) pages.push(await readModels.list({ ...query, after: page.endCursor ?? '' }));
  // Which edition a page is of each model says in words of its own.
  return pages.map(({ edition: _edition, ...page }) => page);
}

/** Runs the steps one after the other; what each answered. A list is read to its end. */
export async function runOperations(readModels: ReadModels, tenant: TenantId, steps: readonly Operation[]): Promise<unknown[]> {
  const put = ({ id, version, index }: PutStep): ViewPut => ({ tenant, kind: 'lead', id, version, index, doc: `"${id} ${version}"` });
  const answers: unknown[] = [];
  for (const step of steps) {
    switch (step.do) {
      case 'put':
        answers.push(await readModels.put(step.views.map(put)));
        break;
      case 'putIfAbsent':
        answers.push(await readModels.putIfAbsent(put(step.view)));
        break;
      case 'get':
        answers.push(await readModels.get(step.ids.map((id) => ({ tenant, kind: 'lead', id }))));
        break;
      case 'totals':
        answers.push(await readModels.totals({ tenant, kind: 'lead', names: step.names }));
        break;
      case 'list':
        answers.push(await allPages(readModels, { ...step.query, tenant, kind: 'lead' }));
        break;
    }
  }
  return answers;
}
