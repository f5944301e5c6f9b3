/** The origin behind HTTP: for gateways of the scaled size. Web-standard APIs only. */
import type { TenantId } from '../../domain/ids.ts';
import type { CommandReceipt } from '../../domain/messages.ts';
import type { DeadLetter, DeadLetterPage } from '../dead-letters/dead-letters.ts';
import type { ViewPut } from '../read-models/read-models.ts';
import { inOneFlight } from './one-flight.ts';
import type { JudgedDeadLetter, Origin } from './origin.ts';
import { ORIGIN_DEAD_LETTER_PATH, ORIGIN_DEAD_LETTERS_PATH, ORIGIN_RECEIPT_PATH, ORIGIN_VIEWS_MAX, ORIGIN_VIEWS_PATH } from './paths.ts';
import { OriginUnavailableError, postToOrigin, type OriginAddress } from './post.ts';

const otherThanAsked = (): OriginUnavailableError => new OriginUnavailableError('the origin answered something else than what was asked for');
/** Whatever stands at that address: nobody is shown another tenant's letters. */
function mustBeOf(tenant: TenantId, letters: readonly (DeadLetter | null | undefined)[]): void {
  if (!letters.every((letter) => letter?.tenant === tenant)) throw otherThanAsked();
}

export interface HttpOriginOptions extends OriginAddress {
  /** One request takes at most this long; default 2,000. */
  readonly timeoutMs?: number;
}

export function createHttpOrigin({ timeoutMs = 2_000, ...address }: HttpOriginOptions): Origin {
  const post = <T>(path: string, body: unknown): Promise<T> => postToOrigin<T>(address, path, body, timeoutMs);
  return inOneFlight({
    async views(refs) {
      const views: (ViewPut | null)[] = [];
      for (let from = 0; from < refs.length; from += ORIGIN_VIEWS_MAX) {
        const part = refs.slice(from, from + ORIGIN_VIEWS_MAX);
        const answer = await post<{ views?: (ViewPut | null)[] }>(ORIGIN_VIEWS_PATH, { refs: part.map(({ tenant, kind, id }) => ({ tenant, kind, id })) });
        if (answer.views?.length !== part.length) throw otherThanAsked();
        views.push(...answer.views);
      }
      return views;
    },
    receipt: async (tenant, id) => (await post<{ receipt?: CommandReceipt | null }>(ORIGIN_RECEIPT_PATH, { tenant, id })).receipt ?? null,
    async deadLetters({ tenant, filter, first, after }) {
      const { page } = await post<{ page?: DeadLetterPage }>(ORIGIN_DEAD_LETTERS_PATH, { tenant, filter, first, after });
      if (!Array.isArray(page?.letters)) throw otherThanAsked();
      mustBeOf(tenant, page.letters);
      return page;
    },
    async deadLetter(tenant, id) {
      const { found } = await post<{ found?: JudgedDeadLetter | null }>(ORIGIN_DEAD_LETTER_PATH, { tenant, id });
      if (found === undefined) throw otherThanAsked();
      if (found) mustBeOf(tenant, [found.letter]);
      return found;
    },
  });
}
