/**
 * Lists in L0 and L1 while leads appear: reads that overtake each other, news that come late, receipts that say VISIBLE before them. Whoever was shown a lead
 * in the list, or was told that it is VISIBLE, finds it there from then on.
 */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Changes } from '../../../platform/cache/changes.ts';
import type { NearViews } from '../../../platform/cache/near-views.ts';
import { nobodyLeavesTheList } from '../../support/list-world.ts';

const RUNS = 20_000;
/** With this seed the rarer one is found among the first thousand. */
const PLANTED = { numRuns: 100_000, seed: 12 };

test('no lead that was shown in a list, or is VISIBLE, is missing from it later', async () => {
  const found = await fc.check(nobodyLeavesTheList({}), { numRuns: RUNS });
  expect(found.failed ? fc.defaultReportMessage(found) : 'holds').toBe('holds');
}, 120_000);

test('which is found where an earlier edition replaces a later one', async () => {
  const breakNear = (near: NearViews): NearViews => ({
    ...near,
    keepPage: (key, read) => near.keepPage(key, { ...read, page: { ...read.page, edition: undefined } }),
  });
  expect((await fc.check(nobodyLeavesTheList({ breakNear }), PLANTED)).failed).toBe(true);
}, 240_000);

test('and where a receipt is no news of lists for a lead that was read before', async () => {
  const breakChanges = (changes: Changes): Changes => ({
    ...changes,
    changed: (ref, version) => {
      if (changes.versionOf(ref) < version) changes.changed(ref, version);
    },
  });
  expect((await fc.check(nobodyLeavesTheList({ breakChanges }), PLANTED)).failed).toBe(true);
}, 240_000);
