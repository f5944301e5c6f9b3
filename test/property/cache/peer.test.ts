/**
 * The control of kept-answers.test.ts: @envelop/response-cache in the way that its plugin uses it, where every change is told of at once. It keeps what a
 * slow reader brings back after the invalidation, and the harness finds that: so it can find it in ours.
 */
import { createInMemoryCache } from '@envelop/response-cache';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';

const LEAD = 'lead_a';
const HOUR_MS = 3_600_000;
const step = fc.constantFrom('read', 'read', 'change');

function createWorld(scheduler: fc.Scheduler) {
  let stored = 1;
  let answered = 0;
  const cache = createInMemoryCache();
  const load = async (): Promise<number> => {
    await scheduler.schedule(Promise.resolve(), 'the request arrives');
    const version = stored;
    await scheduler.schedule(Promise.resolve(), 'its answer arrives');
    return version;
  };
  return {
    change(): void {
      stored += 1;
      void cache.invalidate([{ typename: 'Lead', id: LEAD }]);
    },
    async read(): Promise<void> {
      const floor = answered;
      const kept = (await cache.get('{ lead { version } }')) as { data: { version: number } } | null | undefined;
      const version = kept?.data.version ?? (await load());
      if (kept == null) void cache.set('{ lead { version } }', { data: { version } }, [{ typename: 'Lead', id: LEAD }], HOUR_MS);
      if (version < floor) throw new Error(`${LEAD} went back from ${floor} to ${version}`);
      answered = Math.max(answered, version);
    },
  };
}

test('a cache without fences lets versions go back', async () => {
  const property = fc.asyncProperty(fc.scheduler(), fc.array(step, { minLength: 3, maxLength: 12 }), async (scheduler, steps) => {
    const world = createWorld(scheduler);
    const running = steps.map(async (what, at) => {
      await scheduler.schedule(Promise.resolve(), `step ${at}`);
      await world[what === 'read' ? 'read' : 'change']();
    });
    await scheduler.waitFor(Promise.all(running));
  });
  const { failed, errorInstance } = await fc.check(property, { numRuns: 10_000 });
  expect({ failed, why: String(errorInstance) }).toEqual({ failed: true, why: expect.stringMatching(/went back/) });
}, 120_000);
