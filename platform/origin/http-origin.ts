/** The origin behind HTTP: for gateways of the scaled size. Web-standard APIs only. */
import type { TenantId } from '../../domain/ids.ts';
import type { CommandReceipt } from '../../domain/messages.ts';
import type { DeadLetter, DeadLetterPage } from '../dead-letters/dead-letters.ts';
import type { ViewPut } from '../read-models/read-models.ts';
import { withTimeLimit } from '../time-limit.ts';
import { inOneFlight } from './one-flight.ts';
import type { JudgedDeadLetter, Origin } from './origin.ts';
import { ORIGIN_DEAD_LETTER_PATH, ORIGIN_DEAD_LETTERS_PATH, ORIGIN_RECEIPT_PATH, ORIGIN_VIEWS_MAX, ORIGIN_VIEWS_PATH } from './paths.ts';

/** The origin did not answer, or not in time. */
export class OriginUnavailableError extends Error {
  override readonly name = 'OriginUnavailableError';
}

const otherThanAsked = (): OriginUnavailableError => new OriginUnavailableError('the origin answered something else than what was asked for');
/** Whatever stands at that address: nobody is shown another tenant's letters. */
function mustBeOf(tenant: TenantId, letters: readonly (DeadLetter | null | undefined)[]): void {
  if (!letters.every((letter) => letter?.tenant === tenant)) throw otherThanAsked();
}

export interface HttpOriginOptions {
  readonly url: string;
  readonly token: string;
  /** One request takes at most this long; default 2,000. */
  readonly timeoutMs?: number;
}

export function createHttpOrigin({ url, token, timeoutMs = 2_000 }: HttpOriginOptions): Origin {
  async function post<T>(path: string, body: unknown): Promise<T> {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    try {
      return await withTimeLimit(timeoutMs, async (signal) => {
        const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body), signal });
        if (!response.ok) throw new Error(`it answered ${response.status}: ${(await response.text()).slice(0, 200)}`);
        return (await response.json()) as T;
      });
    } catch (error) {
      throw new OriginUnavailableError(`the origin could not be asked: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }
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
