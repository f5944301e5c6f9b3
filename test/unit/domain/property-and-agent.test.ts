import { describe, expect, it } from 'vitest';
import type { AgentDetails } from '../../../domain/agent/agent.ts';
import { fold } from '../../../domain/aggregate.ts';
import { listing } from '../../support/facts.ts';
import { AGENT, applied, given, NOW, PROPERTY, record, refused, stateFrom } from '../../support/given.ts';

const upsert = (details = listing()) => ({ type: 'UpsertProperty', propertyId: PROPERTY, details }) as const;
const listed = { type: 'PropertyListed', details: listing() } as const;

describe('a property', () => {
  it('is listed', () => expect(given().when(upsert())).toEqual(applied(listed)));
  it('that is told of again as it is changes nothing', () => expect(given(listed).when(upsert())).toEqual(applied()));
  it('changes with the names of what changed and the price before', () =>
    expect(given(listed).when(upsert(listing({ priceMinor: 39_000_000, city: undefined })))).toEqual(
      applied({
        type: 'PropertyChanged',
        details: listing({ priceMinor: 39_000_000, city: undefined }),
        changed: ['priceMinor', 'city'],
        previousPriceMinor: 40_000_000,
      }),
    ));
  it('is withdrawn once', () => {
    const withdraw = { type: 'WithdrawProperty', propertyId: PROPERTY, reason: 'sold by owner' } as const;
    expect(given().when(withdraw)).toEqual(refused('NOT_FOUND', { message: /prop_1/ }));
    expect(given(listed).when(withdraw)).toEqual(applied({ type: 'PropertyWithdrawn', reason: 'sold by owner' }));
    expect(given(listed, { type: 'PropertyWithdrawn' }).when(withdraw)).toEqual(applied());
  });
  it('comes back on the market, and keeps the price before', () => {
    const facts = [listed, { type: 'PropertyWithdrawn', reason: 'x' } as const];
    expect(given(...facts).when(upsert())).toEqual(applied({ type: 'PropertyChanged', details: listing(), changed: ['status'] }));
    const cheaper = { type: 'PropertyChanged', details: listing({ priceMinor: 1 }), changed: ['priceMinor'], previousPriceMinor: 40_000_000 } as const;
    const back = { type: 'PropertyChanged', details: listing({ priceMinor: 1 }), changed: ['status'] } as const;
    const state = fold([listed, cheaper, facts[1] ?? listed, back].map((event, i) => record(PROPERTY, i + 1, event)));
    expect(state).toMatchObject({ status: 'ACTIVE', version: 4, previousPriceMinor: 40_000_000 });
    expect(state).not.toHaveProperty('withdrawnAt');
  });
  it.each([
    [{ priceMinor: 0 }, 'priceMinor'],
    [{ priceMinor: 10.5 }, 'priceMinor'],
    [{ bathrooms: 1.1 }, 'bathrooms'],
    [{ zip: '' }, 'zip'],
    [{ point: { lat: 0, lon: 181 } }, 'point.lon'],
    [{ listedAt: 'today' }, 'listedAt'],
    [{ status: 'GONE' as never }, 'status'],
    [{ features: undefined as never }, 'features'],
  ])('with %j is refused', (wrong, field) => expect(given().when(upsert(listing(wrong)))).toEqual(refused('BAD_USER_INPUT', { field })));
  it('is refused at another version', () => expect(given(listed).when(upsert(), { expectedVersion: 0 })).toEqual(refused('VERSION_CONFLICT')));
});

describe('an agent', () => {
  const details: AgentDetails = {
    name: 'Grace',
    email: 'grace@x.org',
    role: 'AGENT',
    territory: { zips: ['98052'] },
    capacity: 20,
    available: true,
    timeZone: 'America/Los_Angeles',
    madeUp: false,
  };
  const upsertAgent = (more: Partial<AgentDetails> = {}) => ({ type: 'UpsertAgent', agentId: AGENT, details: { ...details, ...more } }) as const;
  const upserted = { type: 'AgentUpserted', details } as const;
  it('is set, in our form', () => expect(given().when(upsertAgent({ name: ' Grace', email: 'GRACE@x.org' }))).toEqual(applied(upserted)));
  it('that is so already changes nothing', () => expect(given(upserted).when(upsertAgent())).toEqual(applied()));
  it('becomes a state with its times', () =>
    expect(stateFrom(AGENT, [upserted, { type: 'AgentUpserted', details: { ...details, capacity: 5 } }])).toMatchObject({
      id: AGENT,
      version: 2,
      capacity: 5,
      createdAt: NOW,
    }));
  it.each([
    [{ email: 'x' }, 'email'],
    [{ role: 'BOSS' as never }, 'role'],
    [{ territory: { zips: [], priceMinMinor: 2, priceMaxMinor: 1 } }, 'territory.priceMaxMinor'],
    [{ capacity: -1 }, 'capacity'],
    [{ timeZone: 'x' }, 'timeZone'],
    [{ available: undefined as never }, 'available'],
  ])('with %j is refused', (wrong, field) => expect(given().when(upsertAgent(wrong))).toEqual(refused('BAD_USER_INPUT', { field })));
});
