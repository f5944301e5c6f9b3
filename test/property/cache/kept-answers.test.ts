/**
 * Reads, changes, their news in any order and late, a bus that is lost and comes back with or without what was said meanwhile, views that the read models
 * lose, answers that are shared and answers that are kept: whatever happens when, no version that somebody was answered goes back for whoever asks after
 * that. The same over Redis: test/integration/gateway/kept-answers-redis.test.ts.
 * More of them: `INTERLEAVINGS=100000 npx vitest run --project property test/property/cache/kept-answers` (five minutes).
 */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { tenantId } from '../../../domain/ids.ts';
import type { Changes } from '../../../platform/cache/changes.ts';
import { createMemoryReadModels } from '../../../platform/read-models/memory-read-models.ts';
import { nothingGoesBack, tally, type SharedStores } from '../../support/interleaved-world.ts';
import { createMemoryViewLeases } from '../../support/memory-view-leases.ts';

const tenant = tenantId('acme');

function openStores(nowMs: () => number): SharedStores {
  // Each view in read models of its own: they can only lose all that they have.
  const shelves = new Map<string, ReturnType<typeof createMemoryReadModels>>();
  const shelfOf = (id: string) => {
    const shelf = shelves.get(id) ?? createMemoryReadModels();
    shelves.set(id, shelf);
    return shelf;
  };
  return {
    tenant,
    readModels: {
      ...shelfOf(''),
      get: async (refs) => (await Promise.all(refs.map((ref) => shelfOf(ref.id).get([ref])))).flat(),
      put: async (views) => (await Promise.all(views.map((view) => shelfOf(view.id).put([view])))).flat(),
    },
    viewLeases: createMemoryViewLeases(nowMs),
    forget: async (id) => void shelves.delete(id),
  };
}

const RUNS = Number(process.env['INTERLEAVINGS'] ?? 30_000);

test('no version goes back, whatever comes between a read and its answer', async () => {
  const found = await fc.check(nothingGoesBack({ openStores }), { numRuns: RUNS });
  expect(found.failed ? fc.defaultReportMessage(found) : 'holds').toBe('holds');
  // Nearly everybody is answered: a read is refused where it joined one that began before what it may not be older than.
  expect(tally.refused).toBeLessThan(tally.answered / 50);
}, 1_200_000);

test('which is found where nothing fences off what was read before a change', async () => {
  const breakIt = (changes: Changes): Changes => ({ ...changes, saw: () => true, epochs: { ...changes.epochs, hasMoved: () => false } });
  const { failed } = await fc.check(nothingGoesBack({ openStores, breakIt }), { numRuns: 3_000 });
  expect(failed).toBe(true);
}, 120_000);

test('and where nobody looks at the versions that reads bring along', async () => {
  const breakIt = (changes: Changes): Changes => ({ ...changes, saw: () => true });
  const { failed } = await fc.check(nothingGoesBack({ openStores, breakIt }), { numRuns: 30_000 });
  expect(failed).toBe(true);
}, 120_000);
