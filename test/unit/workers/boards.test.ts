import { describe, expect, it } from 'vitest';
import { tenantId } from '../../../domain/ids.ts';
import { createMemoryLiveBus } from '../../../platform/live-bus/memory-live-bus.ts';
import type { Delivered } from '../../../platform/live-bus/live-bus.ts';
import { createMemoryReadModels } from '../../../platform/read-models/memory-read-models.ts';
import { viewPut } from '../../../platform/read-models/view-put.ts';
import { createBoards } from '../../../workers/analytics/boards.ts';
import { aLead, type LeadTraits } from '../../support/a-lead.ts';
import { scoreOf } from '../../support/facts.ts';
import { clockOf } from '../../support/clock.ts';

const ACME = tenantId('acme');
const RIVAL = tenantId('rival');

async function setUp() {
  const readModels = createMemoryReadModels();
  const liveBus = createMemoryLiveBus();
  const told: Delivered[] = [];
  await liveBus.subscribe((message) => void told.push(message));
  const world = { now: new Date('2026-03-10T23:59:00.000Z'), down: new Set<string>(), reads: 0 };
  const boards = createBoards({
    readModels: {
      totals(query) {
        world.reads += 1;
        return world.down.has(query.tenant) ? Promise.reject(new Error('down')) : readModels.totals(query);
      },
    },
    liveBus,
    clock: clockOf(() => world.now),
  });
  const change = async (traits: LeadTraits): Promise<void> => {
    const lead = aLead({ tenant: ACME, ...traits });
    await readModels.put([viewPut(lead)]);
    boards.heard({ tenant: lead.tenant, kind: 'lead' });
  };
  const figuresIn = (message: Delivered | undefined): string[] =>
    (message?.figures ?? [])
      .filter(({ value, previous }) => value !== 0 || previous !== null)
      .map(({ figure, value, previous }) => `${figure} ${previous}>${value}`);
  return { boards, told, world, change, figuresIn };
}

describe('a board that moves', () => {
  it('is told once for all that changed, with what changed and nothing else', async () => {
    const { boards, told, change, figuresIn, world } = await setUp();
    for (let n = 0; n < 50; n++) await change({ name: `l${n}`, version: 1, score: scoreOf(n < 20 ? 80 : 60) });
    await boards.tell();
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ tenant: ACME, kind: 'board', at: world.now.toISOString() });
    expect(figuresIn(told[0])).toEqual(['HOT null>20', 'WARM null>30', 'LEADS null>50', 'PIPELINE_MINOR null>2250000000']);
    await change({ name: 'l0', version: 2, score: scoreOf(60) });
    await boards.tell();
    expect(figuresIn(told[1])).toEqual(['HOT 20>19', 'WARM 30>31']);
    expect(told[1]?.figures).toHaveLength(2);
  });

  it('is neither looked at nor told while nothing is heard, and not told where nothing moved', async () => {
    const { boards, told, change, world } = await setUp();
    await change({ version: 1 });
    await boards.tell();
    await boards.tell();
    expect([told.length, world.reads]).toEqual([1, 1]);
    boards.heard({ tenant: ACME, kind: 'lead' });
    boards.heard({ tenant: RIVAL, kind: 'property' });
    await boards.tell();
    expect([told.length, world.reads]).toEqual([1, 2]);
  });

  it('begins a new day by itself', async () => {
    const { boards, told, change, figuresIn, world } = await setUp();
    await change({ version: 1, createdAt: '2026-03-10T10:00:00.000Z' });
    await boards.tell();
    expect(figuresIn(told[0])).toContain('NEW_TODAY null>1');
    world.now = new Date('2026-03-11T00:00:01.000Z');
    await boards.tell();
    expect(figuresIn(told[1])).toEqual(['NEW_TODAY 1>0']);
  });

  it('of one brokerage that cannot be read is told later, and holds up no other', async () => {
    const { boards, told, change, world } = await setUp();
    world.down.add(ACME);
    await change({ version: 1 });
    await change({ tenant: RIVAL, version: 1 });
    await expect(boards.tell()).rejects.toThrow('down');
    expect(told.map(({ tenant }) => tenant)).toEqual([RIVAL]);
    world.down.clear();
    await boards.tell();
    expect(told.map(({ tenant }) => tenant)).toEqual([RIVAL, ACME]);
  });

  it('is told whole by who takes over', async () => {
    const { boards, told, change } = await setUp();
    await change({ version: 1 });
    await boards.tell();
    boards.forget();
    boards.doubt([ACME]);
    await boards.tell();
    expect(told[1]?.figures).toEqual(told[0]?.figures);
    expect(boards.facts()).toEqual({ boards: 1, told_total: 2 });
  });
});
