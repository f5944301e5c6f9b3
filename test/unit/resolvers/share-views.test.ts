/** Views that nobody has, asked for by several processes at once: who computes, who waits, and for how long. */
import { describe, expect, it } from 'vitest';
import { makeId, tenantId } from '../../../domain/ids.ts';
import { createNodeMetrics } from '../../../gateway/node/metrics.ts';
import { createMemoryReadModels } from '../../../platform/read-models/memory-read-models.ts';
import { ReadModelsUnavailableError, type ViewPut } from '../../../platform/read-models/read-models.ts';
import type { ViewLeases } from '../../../platform/read-models/view-leases.ts';
import { silentLogger } from '../../../platform/telemetry/logger.ts';
import { readViews } from '../../../resolvers/loaders/read-views.ts';
import { leaseFactsOf } from '../../../resolvers/loaders/share-views.ts';
import type { ViewPorts, WantedView } from '../../../resolvers/loaders/wanted-view.ts';
import { createMemoryViewLeases } from '../../support/memory-view-leases.ts';

const ACME = tenantId('acme');
const idOf = (name: string) => makeId('lead', name);
const lead = (name: string, versionMin = 0): WantedView => ({ tenant: ACME, kind: 'lead', id: idOf(name), versionMin });
const putOf = (id: string, version: number): ViewPut => ({ tenant: ACME, kind: 'lead', id, version, doc: '{}', index: null });
const viewOf = (name: string, version: number): ViewPut => putOf(idOf(name), version);
const WAIT_MS = 2_000;

function aFleet() {
  const readModels = createMemoryReadModels();
  const leases = createMemoryViewLeases();
  const loads: string[][] = [];
  const versions = new Map<string, number>([[idOf('ada'), 3]]);
  const origin: ViewPorts['origin'] = {
    async views(refs) {
      loads.push(refs.map(({ id }) => id));
      return refs.map(({ id }) => (versions.has(id) ? putOf(id, versions.get(id) ?? 0) : null));
    },
  };
  const aProcess = (change: Partial<ViewLeases> = {}) => {
    const viewLeases: ViewLeases = { ...leases, ...change };
    const ports: ViewPorts = { readModels, viewLeases, logger: silentLogger, origin };
    const read = async (...wanted: WantedView[]) =>
      (await readViews(ports, wanted, WAIT_MS)).map((answer) => (answer instanceof Error ? answer.message : (answer?.version ?? null)));
    return { read, facts: () => leaseFactsOf(viewLeases), viewLeases };
  };
  return { readModels, leases, loads, versions, aProcess };
}

describe('a view that nobody has', () => {
  it('is computed by one of many who ask in one process, and of several processes', async () => {
    const { aProcess, loads } = aFleet();
    const processes = [aProcess(), aProcess(), aProcess()];
    const answers = await Promise.all(Array.from({ length: 60 }, async (_, n) => processes[n % 3]?.read(lead('ada'))));
    expect(answers).toEqual(answers.map(() => [3]));
    expect(loads).toEqual([[idOf('ada')]]);
    expect(processes.map(({ facts }) => facts()).toSorted((a, b) => b.taken - a.taken)).toEqual([
      { taken: 1, waited: 0, givenUp: 0 },
      { taken: 0, waited: 1, givenUp: 0 },
      { taken: 0, waited: 1, givenUp: 0 },
    ]);
  });

  it('and is nowhere is looked for once, and found where a version of it is asked for', async () => {
    const { aProcess, loads, versions } = aFleet();
    const [one, two] = [aProcess(), aProcess()];
    expect(await Promise.all([one.read(lead('bob')), two.read(lead('bob'))])).toEqual([[null], [null]]);
    expect(loads).toHaveLength(1);
    versions.set(idOf('bob'), 1);
    expect(await two.read(lead('bob', 1))).toEqual([1]);
  });

  it('does not hold up the others of its batch: each process computes what is its own', async () => {
    const { aProcess, leases, loads } = aFleet();
    await leases.take([lead('bob')], 60_000);
    const { read, facts } = aProcess();
    expect(await read(lead('ada'), lead('bob'))).toEqual([3, null]);
    expect(loads).toEqual([[idOf('ada')], [idOf('bob')]]);
    expect(facts()).toEqual({ taken: 1, waited: 1, givenUp: 1 });
  });

  it('is computed at once where leases cannot be had', async () => {
    const { aProcess } = aFleet();
    const { read, facts } = aProcess({ take: () => Promise.reject(new ReadModelsUnavailableError('down')) });
    expect(await read(lead('ada'))).toEqual([3]);
    expect(facts()).toEqual({ taken: 0, waited: 0, givenUp: 0 });
  });
});

it('a view that is there costs no lease', async () => {
  const { aProcess, readModels } = aFleet();
  await readModels.put([viewOf('ada', 2)]);
  const { read } = aProcess({ take: () => Promise.reject(new Error('nobody asks')) });
  expect(await read(lead('ada'))).toEqual([2]);
});

it('a holder that comes late puts nothing old over what came meanwhile', async () => {
  const { aProcess, readModels, leases } = aFleet();
  const [turn] = await leases.take([lead('ada')], 1);
  expect(await aProcess().read(lead('ada', 3))).toEqual([3]);
  expect(await readModels.put([viewOf('ada', 2)])).toEqual([false]);
  await leases.settle([{ ...lead('ada'), token: turn?.state === 'MINE' ? turn.token : '', version: 2 }], 60_000);
  expect(await aProcess().read(lead('ada', 3))).toEqual([3]);
});

it('tells in the metrics what was shared', async () => {
  const { aProcess } = aFleet();
  const { read, facts } = aProcess();
  const metrics = createNodeMetrics({ processMetrics: false });
  metrics.watchLeases(facts);
  await read(lead('ada'));
  const { body } = await metrics.render();
  for (const line of ['taken_total 1', 'waited_total 0', 'given_up_total 0']) expect(body).toContain(`lead_intelligence_view_leases_${line}\n`);
});
