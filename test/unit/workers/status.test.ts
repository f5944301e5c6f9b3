import { expect, it, vi } from 'vitest';
import type { Clock } from '../../../platform/clock.ts';
import { createMemoryReadModels } from '../../../platform/read-models/memory-read-models.ts';
import { SYSTEM_TENANT, type ReadModels } from '../../../platform/read-models/read-models.ts';
import { silentLogger } from '../../../platform/telemetry/logger.ts';
import type { RunningRole } from '../../../workers/kit/role.ts';
import { reportStatus } from '../../../workers/kit/status.ts';
import { clockOf } from '../../support/clock.ts';

const role = (ok: boolean): RunningRole => ({ stop: async () => undefined, health: () => ({ ok, detail: 'd', facts: { n: 1 } }) });

function processNamed(instance: string, readModels: ReadModels, clock: Clock) {
  return reportStatus(
    { instance, readModels, clock, logger: silentLogger },
    new Map([
      ['relay', role(true)],
      ['projector', role(false)],
    ]),
  );
}
async function listed(readModels: ReadModels): Promise<string[]> {
  const query = { tenant: SYSTEM_TENANT, kind: 'status', order: 'UPDATED', direction: 'ASC', facets: ['all'], where: [], words: [], first: 100 } as const;
  return (await readModels.list(query)).items.map(({ id }) => id).toSorted();
}

it('shows the roles of every process, and takes them away when a process stops', async () => {
  const readModels = createMemoryReadModels();
  const clock = clockOf(() => new Date('2026-03-10T20:00:00.000Z'));
  const [one, two] = [processNamed('one', readModels, clock), processNamed('two', readModels, clock)];
  await vi.waitUntil(async () => (await listed(readModels)).length === 4);
  const [view] = await readModels.get([{ tenant: SYSTEM_TENANT, kind: 'status', id: 'one:projector' }]);
  expect(JSON.parse(view?.doc ?? '')).toEqual({
    component: 'worker',
    instance: 'one',
    role: 'projector',
    at: '2026-03-10T20:00:00.000Z',
    ok: false,
    detail: 'd',
    facts: { n: 1 },
  });
  await one.stop();
  expect(await listed(readModels)).toEqual(['two:projector', 'two:relay']);
  await two.stop();
  expect(await listed(readModels)).toEqual([]);
});

it('takes away who was killed a minute ago, and nobody who lives', async () => {
  const readModels = createMemoryReadModels();
  const start = new Date('2026-03-10T20:00:00.000Z').getTime();
  const put = (id: string, atMs: number) => {
    const at = new Date(atMs).toISOString();
    return readModels.put([
      { tenant: SYSTEM_TENANT, kind: 'status', id, version: atMs, doc: '{}', index: { facets: ['all'], sorts: { UPDATED: at }, fields: {}, words: [] } },
    ]);
  };
  await put('killed:relay', start - 61_000);
  await put('quiet:relay', start - 59_000);
  const living = processNamed(
    'one',
    readModels,
    clockOf(() => new Date(start)),
  );
  await vi.waitUntil(async () => !(await listed(readModels)).includes('killed:relay'));
  expect(await listed(readModels)).toEqual(['one:projector', 'one:relay', 'quiet:relay']);
  // One that was only thought dead comes back with its next word.
  await put('killed:relay', start);
  expect(await listed(readModels)).toContain('killed:relay');
  await living.stop();
});

it('stops although nobody can be told', async () => {
  const broken: ReadModels = { ...createMemoryReadModels(), put: () => Promise.reject(new Error('down')) };
  await expect(
    processNamed(
      'one',
      broken,
      clockOf(() => new Date()),
    ).stop(),
  ).resolves.toBeUndefined();
});
