/** Letters from a source, page after page. */
import type { DeadLetter, DeadLetterFilter } from '../../platform/dead-letters/dead-letters.ts';
import type { DeadLetterSource } from './source.ts';

/** What the API gives at the most. */
const PAGE_MAX = 100;

/** Newest first, `limit` at the most. */
export async function* lettersOf(source: DeadLetterSource, filter: DeadLetterFilter, limit: number): AsyncGenerator<DeadLetter, void, void> {
  let after: string | undefined;
  for (let left = limit; left > 0;) {
    const page = await source.list({ filter, first: Math.min(left, PAGE_MAX), after });
    yield* page.letters;
    left -= page.letters.length;
    if (!page.hasNextPage || page.endCursor === null) return;
    after = page.endCursor;
  }
}
