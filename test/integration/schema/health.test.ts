import { expect, test } from 'vitest';
import { SYSTEM_TENANT } from '../../../platform/read-models/read-models.ts';
import { createBrokerage, type Brokerage } from '../../support/brokerage.ts';
import { run } from '../../support/execute.ts';

const HEALTH = '{ health { ok scoringCircuit components { component instance status circuit } } }';

async function aWorkerSays(brokerage: Brokerage, role: string, secondsAgo: number, facts: Record<string, string | number> = {}, ok = true): Promise<void> {
  const at = new Date(brokerage.now.getTime() - secondsAgo * 1_000).toISOString();
  const doc = JSON.stringify({ component: 'worker', instance: 'w1', role, ok, detail: 'works', facts, at });
  const index = { facets: ['all'], sorts: { UPDATED: at }, fields: {}, words: [] };
  await brokerage.ports.readModels.put([{ tenant: SYSTEM_TENANT, kind: 'status', id: `w1:${role}`, version: Date.parse(at), doc, index }]);
}
const part = (component: string, status: string, instance: string | null = null, circuit: string | null = null) => ({ component, instance, status, circuit });

test('health tells of every part, of the workers as they last said, and of the circuit of the AI', async () => {
  const brokerage = createBrokerage();
  await aWorkerSays(brokerage, 'scoring', 2, { circuit: 'OPEN' });
  await aWorkerSays(brokerage, 'projector', 20);
  await aWorkerSays(brokerage, 'relay', 1, {}, false);
  const { data } = await run(brokerage.context(), HEALTH);
  expect(data).toEqual({
    health: {
      ok: false,
      scoringCircuit: 'OPEN',
      components: expect.arrayContaining([
        part('readModels', 'UP'),
        part('log', 'UP'),
        part('liveBus', 'UP'),
        part('scoring', 'UP', 'w1', 'OPEN'),
        part('projector', 'UNKNOWN', 'w1'),
        part('relay', 'DOWN', 'w1'),
      ]),
    },
  });
});

test('health is answered while the read models are away', async () => {
  const brokerage = createBrokerage();
  brokerage.outages.readModels = true;
  const { data, errors } = await run(brokerage.context(), HEALTH);
  expect(errors).toEqual([]);
  expect(data).toMatchObject({
    health: { ok: false, scoringCircuit: null, components: expect.arrayContaining([part('readModels', 'DOWN'), part('workers', 'UNKNOWN')]) },
  });
});

test('health is good where every part is', async () => {
  const brokerage = createBrokerage();
  await aWorkerSays(brokerage, 'scoring', 2, { circuit: 'NONE' });
  expect((await run(brokerage.context(), HEALTH)).data).toMatchObject({ health: { ok: true, scoringCircuit: 'NONE' } });
});
