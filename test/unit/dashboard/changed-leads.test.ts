/** What the scoreboard reads again of what it was told has changed. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { LeadCard } from '../../../dashboard/src/api/lead-types.ts';
import { createChangedLeads, type ReadLeads } from '../../../dashboard/src/scoreboard/changed-leads.ts';
import { aLeadCard } from '../../support/a-lead-card.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const card = (id: string, version: number): LeadCard => aLeadCard({ id, version });
const ids = (count: number): string[] => Array.from({ length: count }, (_, at) => `lead_${at}`);

/** A page that shows leads in their first version, and a server that has the second, unless `answer` says otherwise. */
function createPage(answer: (asked: readonly string[], reads: number) => ReadLeads = (asked) => ({ leads: asked.map((id) => card(id, 2)), isWhole: true })) {
  const shown = new Map<string, number>();
  const asked: (readonly string[])[] = [];
  const changed = createChangedLeads({
    async read(some) {
      asked.push(some);
      return answer(some, asked.length);
    },
    versionOf: (id) => shown.get(id) ?? 1,
    wantsUnknown: () => false,
    onLeads: (leads) => leads.forEach(({ id, version }) => shown.set(id, version)),
  });
  return { changed, asked, shown };
}

it('reads all that changed, not more than fifty at once', async () => {
  const { changed, asked, shown } = createPage();
  for (const id of ids(120)) changed.add({ id, version: 2 });
  await vi.runAllTimersAsync();
  expect(asked.map((some) => some.length)).toEqual([50, 50, 20]);
  expect([...shown.keys()]).toEqual(ids(120));
});

it('reads again what could not be read, and not at once', async () => {
  const { changed, asked, shown } = createPage((some, reads) =>
    reads < 3 ? { leads: [], isWhole: false } : { leads: some.map((id) => card(id, 2)), isWhole: true },
  );
  changed.add({ id: 'lead_1', version: 2 });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(asked).toEqual([['lead_1']]);
  await vi.runAllTimersAsync();
  expect(asked).toEqual([['lead_1'], ['lead_1'], ['lead_1']]);
  expect(shown.get('lead_1')).toBe(2);
});

it('of a read that failed for some, reads again only those, behind what waited', async () => {
  const { changed, asked } = createPage((some, reads) => {
    const isWhole = reads > 1;
    return { leads: some.filter((id) => isWhole || id !== 'lead_3').map((id) => card(id, 2)), isWhole };
  });
  for (const id of ids(51)) changed.add({ id, version: 2 });
  await vi.runAllTimersAsync();
  expect(asked).toEqual([ids(50), ['lead_50', 'lead_3']]);
});

it('does not ask again for what is nowhere, nor for what other news brought meanwhile', async () => {
  const { changed, asked, shown } = createPage(() => ({ leads: [], isWhole: true }));
  for (const id of ['lead_1', 'lead_2']) changed.add({ id, version: 2 });
  shown.set('lead_2', 2);
  await vi.runAllTimersAsync();
  expect(asked).toEqual([['lead_1']]);
});

it('reads nothing any more once it is stopped', async () => {
  const { changed, asked } = createPage(() => ({ leads: [], isWhole: false }));
  changed.add({ id: 'lead_1', version: 2 });
  await vi.advanceTimersByTimeAsync(400);
  changed.stop();
  await vi.runAllTimersAsync();
  expect(asked).toHaveLength(1);
});
