import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Lead } from '../../../domain/lead/lead.ts';
import type { Property } from '../../../domain/property/property.ts';
import { listFor, type MatchList } from '../../../workers/matching/lists.ts';
import { makeId, type LeadId, type PropertyId } from '../../../domain/ids.ts';
import type { LeadPatch } from '../../../domain/lead/commands.ts';
import type { PropertyDetails } from '../../../domain/property/property.ts';
import { createRulesScorer } from '../../../platform/scoring/rules-scorer.ts';
import { matchingRole } from '../../../workers/matching/role.ts';
import { homeDetails, homeId } from '../../support/a-home.ts';
import { describeWithServices } from '../../support/services.ts';
import { startWorkerBench, TENANT, type WorkerBench } from '../../support/worker-bench.ts';

const WAIT = { timeout: 30_000, interval: 20 };
const leadId = (name: string): LeadId => makeId('lead', name);
const WISHES = {
  budgetMaxMinor: 45_000_000,
  locations: ['98103'],
  bedroomsMin: 3,
  bathroomsMin: 2,
  propertyTypes: ['Single Family'],
  squareFeetMin: 1_500,
  mustHaves: ['garage'],
};

const create = (name: string, lead: Partial<LeadPatch> = {}) => ({
  streamId: leadId(name),
  command: {
    type: 'CreateLead',
    leadId: leadId(name),
    lead: { email: `${name}@example.com`, intent: 'BUYER', preferences: WISHES, ...lead },
    onExisting: 'REJECT',
  } as const,
});
const list = (name: string, details: Partial<PropertyDetails> = {}) => ({
  streamId: homeId(name),
  lane: 'warm' as const,
  command: { type: 'UpsertProperty', propertyId: homeId(name), details: homeDetails({ externalId: name, ...details }) } as const,
});

describeWithServices('the matching worker', ['postgres'], ({ postgres }) => {
  let bench: WorkerBench;
  beforeEach(async () => {
    bench = await startWorkerBench(postgres.url, createRulesScorer(), [matchingRole]);
  });
  afterEach(() => bench.stop());

  const matchesOf = async (name: string): Promise<PropertyId[]> => (await bench.lead(leadId(name)))?.matches.map(({ propertyId }) => propertyId) ?? [];
  const untilMatches = (name: string, homes: readonly string[]) =>
    vi.waitUntil(async () => JSON.stringify([...(await matchesOf(name))].sort()) === JSON.stringify(homes.map(homeId).sort()), WAIT);
  async function everyView<T>(kind: 'lead' | 'property', order: string): Promise<T[]> {
    const views: T[] = [];
    for (let after: string | undefined; ;) {
      const page = await bench.ports.readModels.list({ tenant: TENANT, kind, order, direction: 'ASC', facets: [], where: [], words: [], first: 500, after });
      views.push(...page.items.map(({ doc }) => JSON.parse(doc) as T));
      if (!page.hasNextPage) return views;
      after = page.endCursor ?? undefined;
    }
  }
  const untilHomesInViews = (count: number) => vi.waitUntil(async () => (await everyView('property', 'LISTED')).length === count, WAIT);
  const sameHomes = (a: MatchList, b: MatchList): boolean => a.length === b.length && a.every(({ propertyId }, index) => propertyId === b[index]?.propertyId);

  it('gives a new lead the homes that are there, best first, and not those over its budget', async () => {
    await bench.send(list('fits'), list('dearer', { priceMinor: 47_000_000 }), list('beyond', { priceMinor: 90_000_000 }));
    await untilHomesInViews(3);
    await bench.send(create('ada'));
    await untilMatches('ada', ['fits', 'dearer']);
    const lead = await bench.lead(leadId('ada'));
    expect(lead?.matches[0]).toMatchObject({ propertyId: homeId('fits') });
    expect(lead?.matches[0]?.reasons.length).toBeGreaterThan(0);
  });

  it('matches anew when the wishes change, or a home is passed on', async () => {
    await bench.send(list('one'), list('two', { priceMinor: 43_000_000 }));
    await untilHomesInViews(2);
    await bench.send(create('ada'));
    await untilMatches('ada', ['one', 'two']);
    const interaction = { kind: 'PROPERTY_PASSED', at: new Date().toISOString(), propertyId: homeId('one') } as const;
    await bench.send({ streamId: leadId('ada'), command: { type: 'RecordInteraction', leadId: leadId('ada'), interaction } });
    await untilMatches('ada', ['two']);
    await bench.send({
      streamId: leadId('ada'),
      command: { type: 'UpdateLead', leadId: leadId('ada'), changes: { preferences: { budgetMaxMinor: 20_000_000 } } },
    });
    await untilMatches('ada', []);
    expect((await bench.lead(leadId('ada')))?.engagement.passedPropertyIds).toEqual([homeId('one')]);
  });

  it('tells leads of a home that is listed, gets cheaper, comes back, and takes it away when it goes', async () => {
    await bench.send(create('ada'), create('seller', { intent: 'SELLER' }));
    await vi.waitUntil(async () => (await bench.ports.readModels.get([{ tenant: TENANT, kind: 'lead', id: leadId('ada') }]))[0] !== null, WAIT);
    await bench.send(list('home', { priceMinor: 60_000_000 }));
    await untilHomesInViews(1);
    await bench.send(list('home', { priceMinor: 44_000_000 }));
    await untilMatches('ada', ['home']);
    await bench.send(list('home', { priceMinor: 44_000_000, status: 'PENDING' }));
    await untilMatches('ada', []);
    await bench.send(list('home', { priceMinor: 44_000_000 }));
    await untilMatches('ada', ['home']);
    await bench.send({ streamId: homeId('home'), lane: 'warm', command: { type: 'WithdrawProperty', propertyId: homeId('home') } });
    await untilMatches('ada', []);
    expect(await matchesOf('seller')).toEqual([]);
  });

  it('ends with the best list for every lead after a bulk of leads and homes that came at the same time', async () => {
    const buyers = Array.from({ length: 300 }, (_, n) => `buyer-${n}`);
    const wishes = (n: number) => ({ preferences: { ...WISHES, budgetMaxMinor: (30 + (n % 30)) * 1_000_000 } });
    await bench.send(...buyers.map((name, n) => ({ ...create(name, wishes(n)), lane: 'cold' as const })));
    await bench.send(
      ...Array.from({ length: 1_000 }, (_, n) => ({ ...list(`home-${n}`, { priceMinor: (25 + (n % 40)) * 1_000_000 + n }), lane: 'cold' as const })),
    );
    await untilHomesInViews(1_000);
    const homes = await everyView<Property>('property', 'LISTED');
    await vi.waitUntil(
      async () => {
        const leads = await everyView<Lead>('lead', 'CREATED');
        return leads.length === buyers.length && leads.every((lead) => sameHomes(lead.matches, listFor(lead, homes, new Date().toISOString())));
      },
      { timeout: 60_000, interval: 500 },
    );
    expect(await matchesOf('buyer-299')).toHaveLength(20);
  }, 90_000);
});
