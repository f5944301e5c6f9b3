/**
 * Every list of two generations by its length, and their totals. That each view stands in all of its lists is known by then, so two lists of one length hold the
 * same; one that is longer holds something that no view asks for.
 */
import type { ListRef } from '../../../platform/read-models/generations.ts';
import type { Pace } from './pace.ts';
import type { GenerationPorts } from './pointer.ts';

const LOOK_AGAIN_MS = 100;
/** Lists of one request at most. */
const PAGE = 500;

interface Unequal extends ListRef {
  readonly built: string;
  readonly live: string;
}

export interface ListComparison {
  readonly lists: number;
  readonly differences: readonly string[];
}

export async function compareLists(
  { generations }: GenerationPorts,
  pace: Pace,
  { generation, serving, settleMs }: { readonly generation: number; readonly serving: number; readonly settleMs: number },
): Promise<ListComparison> {
  const unequalOf = async (lists: readonly ListRef[]): Promise<Unequal[]> => {
    const unequal: Unequal[] = [];
    for (let from = 0; from < lists.length; from += PAGE) {
      const page = lists.slice(from, from + PAGE);
      await pace.step(1, async () => {
        const [built, live] = await Promise.all([generations.contentsOf(generation, page), generations.contentsOf(serving, page)]);
        unequal.push(...page.map((list, at) => ({ ...list, built: built[at] ?? '', live: live[at] ?? '' })).filter((each) => each.built !== each.live));
      });
    }
    return unequal;
  };

  const all = new Map<string, ListRef>();
  for (const one of [generation, serving]) {
    const pages = generations.lists(one)[Symbol.asyncIterator]();
    for (let page = await pace.step(1, () => pages.next()); page.done !== true; page = await pace.step(1, () => pages.next()))
      for (const list of page.value) all.set(`${list.tenant}\0${list.list}`, list);
  }
  let open = await unequalOf([...all.values()]);
  // Views that change meanwhile are in one of the two for a moment.
  for (const deadlineMs = performance.now() + settleMs; open.length > 0 && performance.now() < deadlineMs;) {
    await pace.pause(LOOK_AGAIN_MS);
    open = await unequalOf(open);
  }
  const said = (text: string): string => JSON.stringify(text).slice(1, -1);
  return { lists: all.size, differences: open.map(({ tenant, list, built, live }) => `${tenant} list ${said(list)} has ${live}, not ${built}`) };
}
