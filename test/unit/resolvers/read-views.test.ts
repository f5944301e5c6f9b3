/** Reads through an outage of the read models: what a reader saw does not go back when they are there again. */
import { expect, it } from 'vitest';
import { makeId, tenantId } from '../../../domain/ids.ts';
import type { Origin } from '../../../platform/origin/origin.ts';
import { createMemoryReadModels } from '../../../platform/read-models/memory-read-models.ts';
import { ReadModelsUnavailableError, type ReadModels, type StoredView, type ViewPut } from '../../../platform/read-models/read-models.ts';
import { silentLogger } from '../../../platform/telemetry/logger.ts';
import { readViews } from '../../../resolvers/loaders/read-views.ts';

const LEAD = { tenant: tenantId('acme'), kind: 'lead', id: makeId('lead', 'ada') } as const;
const view = (version: number): ViewPut => ({ ...LEAD, version, doc: JSON.stringify({ version }), index: null });

function anOutage() {
  const stored = createMemoryReadModels();
  const state = { down: false, newest: view(1) as ViewPut | Error };
  const guard = <T>(call: () => Promise<T>): Promise<T> => (state.down ? Promise.reject(new ReadModelsUnavailableError('down')) : call());
  const readModels: ReadModels = { ...stored, get: (refs) => guard(() => stored.get(refs)), put: (views) => guard(() => stored.put(views)) };
  const origin: Pick<Origin, 'views'> = {
    views: async (refs) => {
      const { newest } = state;
      if (newest instanceof Error) throw newest;
      return refs.map(() => newest);
    },
  };
  const read = async (): Promise<StoredView | Error | null> => {
    const [answer] = await readViews({ readModels, origin, logger: silentLogger }, [{ ...LEAD, versionMin: 0 }], 0);
    return answer ?? null;
  };
  return { state, stored, read };
}

it('shows what the origin showed, or newer, once the read models are back and behind', async () => {
  const { state, stored, read } = anOutage();
  await stored.put([view(1)]);
  state.down = true;
  state.newest = view(3);
  expect(await read()).toMatchObject({ version: 3 });
  state.down = false;
  expect(await read()).toMatchObject({ version: 3 });
  // And from then on they have it themselves.
  state.newest = new Error('the origin is away');
  expect(await read()).toMatchObject({ version: 3 });
  await stored.put([view(4)]);
  expect(await read()).toMatchObject({ version: 4 });
});

it('says that it cannot say where it would have to go back', async () => {
  const { state, stored, read } = anOutage();
  await stored.put([view(1)]);
  state.down = true;
  state.newest = view(3);
  await read();
  state.down = false;
  state.newest = new Error('the origin is away');
  expect(await read()).toBeInstanceOf(Error);
});
