/** Many people ask the same at one moment, of gateways and origins in processes of their own: one computes it, the others find it in Redis. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeWithServices } from '../../support/services.ts';
import { ACME, leadId } from '../../support/worker-kit.ts';
import { ADA, startFleet } from './cold-fleet.ts';

const PEOPLE = 500;
const SECOND = '{"data":{"lead":{"version":2}}}';
const NOBODY = '{"data":{"lead":null}}';
const REF = { tenant: ACME, kind: 'lead', id: ADA } as const;

describeWithServices('gateways and origins over one Redis', ['postgres', 'bridge'], ({ postgres }) => {
  let fleet: Awaited<ReturnType<typeof startFleet>>;
  beforeEach(async () => {
    fleet = await startFleet(postgres.url);
  });
  afterEach(async () => {
    await fleet.stop();
  });
  /** Of all gateways; each took one lease to warm up. */
  const facts = () => {
    const all = fleet.gateways.map((gateway) => gateway.facts());
    const sumOf = (fact: 'taken' | 'waited' | 'givenUp'): number => all.reduce((sum, one) => sum + one[fact], 0);
    return { taken: sumOf('taken') - all.length, waited: sumOf('waited'), givenUp: sumOf('givenUp') };
  };
  const crowd = (id: string, atLeast = 0): Promise<string[]> =>
    Promise.all(Array.from({ length: PEOPLE }, (_, n) => fleet.ask(n, id, { person: `person-${n}`, atLeast })));

  // This one, and the one whose origin dies: again where the machine stood still for the half second that they wait.
  it.each([
    ['a view that nobody has', ADA, 0, SECOND],
    ['a view that is nowhere', leadId('nobody'), 0, NOBODY],
    ['a view that must have a version', ADA, 2, SECOND],
  ])(`load it once for ${PEOPLE} people: %s`, { retry: 5 }, async (_, id, atLeast, answer) => {
    const model = fleet.close();
    const others = fleet.taken(2);
    const asked = crowd(id, atLeast);
    await others;
    model.open();
    expect(new Set(await asked)).toEqual(new Set([answer]));
    expect(fleet.loads()).toEqual([1]);
    expect(facts()).toEqual({ taken: 1, waited: 2, givenUp: 0 });
  });

  it('compute what the read models have in too old a version, and not again what one of them has put there', async () => {
    const [gateway] = fleet.gateways;
    const [first] = (await gateway?.ports.origin.views([REF])) ?? [];
    await gateway?.ports.readModels.put([{ ...REF, doc: JSON.stringify({ ...JSON.parse(first?.doc ?? ''), version: 1 }), version: 1, index: null }]);
    expect(await fleet.ask(1, ADA)).toBe('{"data":{"lead":{"version":1}}}');
    expect(await fleet.ask(1, ADA, { atLeast: 2 })).toBe(SECOND);
    expect(await fleet.ask(2, ADA, { atLeast: 2 })).toBe(SECOND);
    expect(fleet.loads()).toEqual([1, 1]);
  });

  it('wait for a holder that died for half a second, and answer then', async () => {
    const [dead, ...alive] = fleet.gateways;
    expect(await dead?.views.viewLeases.take([{ ...REF, versionMin: 0 }], 60_000)).toMatchObject([{ state: 'MINE' }]);
    expect(await Promise.all(alive.map((__, at) => fleet.ask(at + 1, ADA)))).toEqual(alive.map(() => SECOND));
    expect(facts()).toEqual({ taken: 0, waited: 2, givenUp: 2 });
    // And what they computed is there for everybody.
    const before = fleet.loads().length;
    expect(await fleet.ask(0, ADA)).toBe(SECOND);
    expect(fleet.loads()).toHaveLength(before);
  });

  it('compute in the place of one whose origin died under it', { retry: 5 }, async () => {
    const model = fleet.close();
    const other = fleet.taken(1);
    const first = fleet.ask(0, ADA);
    await expect.poll(() => fleet.loads()).toEqual([1]);
    const second = fleet.ask(1, ADA);
    await other;
    fleet.origins[0]?.way.reset();
    expect(await first).toContain('UNAVAILABLE');
    await expect.poll(() => fleet.loads()).toEqual([1, 1]);
    model.open();
    expect(await second).toBe(SECOND);
    expect(facts()).toEqual({ taken: 2, waited: 1, givenUp: 0 });
  });

  it('wait for nobody while Redis is away', async () => {
    const [holder] = fleet.gateways;
    await holder?.views.viewLeases.take([{ ...REF, versionMin: 0 }], 60_000);
    await fleet.redis.redis.kill();
    expect(await Promise.all(fleet.gateways.map((__, at) => fleet.ask(at, ADA)))).toEqual(fleet.gateways.map(() => SECOND));
    expect(facts()).toEqual({ taken: 0, waited: 0, givenUp: 0 });
  });
});
