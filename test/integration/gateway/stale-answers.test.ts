/** What a gateway answers where neither the read models nor the origin can be asked: what it showed before, named as old, or nothing. */
import { createClient } from 'graphql-ws';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { Lead } from '../../../domain/lead/lead.ts';
import { makeId } from '../../../domain/ids.ts';
import { indexChange } from '../../../domain/views/index-change.ts';
import type { LiveBus } from '../../../platform/live-bus/live-bus.ts';
import { indexOf } from '../../../platform/read-models/view-put.ts';
import { createConsistencyTokens } from '../../../resolvers/consistency-token.ts';
import { aLead } from '../../support/a-lead.ts';
import { ACME, RIVAL } from '../../support/brokerage.ts';
import { scoreOf } from '../../support/facts.ts';
import { startKeptGateway, type Asked, type KeptGateway } from '../../support/kept-gateway.ts';

const ADA = makeId('lead', 'ada');
const BOB = makeId('lead', 'bob');
const LEAD = `{ lead(id: "${ADA}") { id version } }`;
const HOT = '{ leads(first: 10, filter: { tier: HOT }) { edges { node { id version } } } }';
/** Not compiled: an interface. */
const NODE = `{ node(id: "${ADA}") { id ... on Lead { version } } }`;
const MINUTE_MS = 60_000;

let gateway: KeptGateway;
let silentMs: number;
let loseNews: () => void;

/** The bus is silent when the test says so, as it is where it stands in the Redis that is away. */
const withSilence = (bus: LiveBus): LiveBus => ({
  ...bus,
  async subscribe(onMessage, onState, onGap) {
    loseNews = () => onGap?.(ACME);
    return { ...(await bus.subscribe(onMessage, onState, onGap)), silentMs: () => silentMs };
  },
});
const ada = (version: number, traits: Parameters<typeof aLead>[0] = {}): Lead => aLead({ name: 'ada', score: scoreOf(90), version, ...traits });
const bob = (version: number, score = 80): Lead => aLead({ name: 'bob', email: 'bob@example.com', score: scoreOf(score), version });

beforeEach(async () => {
  silentMs = 0;
  gateway = await startKeptGateway((ports) => ({ ...ports, liveBus: withSilence(ports.liveBus) }));
  await gateway.brokerage.put(ada(3), bob(3));
  const keeps = async (): Promise<void> => {
    await gateway.ask(LEAD);
    expect((await gateway.ask(LEAD)).calls).toEqual([]);
  };
  await vi.waitFor(keeps, { timeout: 10_000 });
  await gateway.ask(HOT);
});
afterEach(() => gateway.stop());

/** `later`: so long after everything was read. */
function everythingFails(later = MINUTE_MS): void {
  Object.assign(gateway.brokerage.outages, { readModels: true, origin: true });
  silentMs = Infinity;
  gateway.brokerage.now = new Date(gateway.brokerage.now.getTime() + later);
}
function everythingIsBack(): void {
  Object.assign(gateway.brokerage.outages, { readModels: false, origin: false });
  silentMs = 0;
}
async function change(before: Lead | null, after: Lead): Promise<void> {
  await gateway.brokerage.put(after);
  await gateway.brokerage.publish({ id: after.id, version: after.version, lists: indexChange(before && indexOf(before), indexOf(after)) });
}

const freshness = { asOf: '2026-03-10T20:00:00.000Z', layer: 'L1', stale: true };
const bodyOf = ({ text }: Asked): unknown => JSON.parse(text);
const named = (data: object): object => ({ data, extensions: { freshness } });

describe('while nothing can be read', () => {
  it.each([
    ['a compiled query', LEAD, { lead: { id: ADA, version: 3 } }],
    ['a list', HOT, { leads: { edges: [{ node: { id: ADA, version: 3 } }, { node: { id: BOB, version: 3 } }] } }],
    ['one through the plugins', NODE, { node: { id: ADA, version: 3 } }],
  ])('what was shown before is the answer, and says so: %s', async (_what, query, data) => {
    everythingFails();
    const answer = await gateway.ask(query);
    expect(bodyOf(answer)).toEqual(named(data));
    expect([answer.status, answer.headers.get('age'), answer.headers.get('cache-control')]).toEqual([200, '60', 'private, no-store']);
    expect(answer.headers.get('cache-status')).toBe(`lead-intelligence; hit; ttl=-60; detail="stale as of ${freshness.asOf}"`);
  });

  it('also through Yoga, by GET and over WebSocket', async () => {
    everythingFails();
    const data = { lead: { id: ADA, version: 3 } };
    const long = await gateway.post(JSON.stringify({ query: LEAD, extensions: { ofAnother: 'tool' } }));
    expect([await long.json(), long.headers.get('age')]).toEqual([named(data), '60']);
    const got = await gateway.get(LEAD, { 'if-none-match': '*' });
    expect([got.status, await got.json(), got.headers.get('age'), got.headers.get('etag')]).toEqual([200, named(data), '60', null]);
    const authorization = `Bearer ${await gateway.token()}`;
    const client = createClient({ url: `${gateway.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, connectionParams: { authorization } });
    for await (const result of client.iterate({ query: LEAD })) expect(result).toEqual(named(data));
    await client.dispose();
  });

  it('a part that cannot be had is an error beside what may be old', async () => {
    everythingFails();
    const answer = await gateway.ask(`{ known: lead(id: "${ADA}") { version } unknown: lead(id: "${makeId('lead', 'cid')}") { version } }`);
    expect(bodyOf(answer)).toMatchObject({
      data: { known: { version: 3 }, unknown: null },
      errors: [{ path: ['unknown'], extensions: { code: 'UNAVAILABLE' } }],
      extensions: { freshness },
    });
    expect(answer.headers.get('age')).toBe('60');
  });

  it('the answer is as old as its oldest part', async () => {
    const cid = aLead({ name: 'cid', email: 'cid@example.com', version: 1 });
    await change(null, cid);
    gateway.brokerage.now = new Date(gateway.brokerage.now.getTime() + MINUTE_MS);
    await gateway.ask(`{ lead(id: "${cid.id}") { version } }`);
    everythingFails();
    const answer = await gateway.ask(`{ a: lead(id: "${cid.id}") { version } b: lead(id: "${ADA}") { version } }`);
    expect(bodyOf(answer)).toEqual(named({ a: { version: 1 }, b: { version: 3 } }));
    expect(answer.headers.get('age')).toBe('120');
  });

  it('nobody waits for stores that did not answer a moment ago', async () => {
    everythingFails();
    const before = gateway.brokerage.calls.length;
    for (let n = 0; n < 20; n += 1) expect(bodyOf(await gateway.ask(LEAD))).toMatchObject({ extensions: { freshness } });
    const calls = gateway.brokerage.calls.slice(before);
    expect(calls.length).toBeLessThanOrEqual(12);
    expect(await gateway.metrics()).toMatch(/lead_intelligence_store_circuit_open\{layer="L2"\} 1/);
    everythingIsBack();
    await vi.waitFor(async () => expect(bodyOf(await gateway.ask(LEAD))).toEqual({ data: { lead: { id: ADA, version: 3 } } }), { timeout: 10_000 });
  });

  it('nobody waits long for stores that hang, either', async () => {
    gateway.brokerage.outages.frozenReadModels = true;
    silentMs = Infinity;
    const answers = await Promise.all([gateway.ask(LEAD), gateway.ask(HOT), gateway.ask(NODE)]);
    for (const answer of answers) expect(bodyOf(answer)).toMatchObject({ extensions: { freshness } });
  });

  it('is over as soon as a read succeeds, and nothing of the old answers was kept', async () => {
    everythingFails();
    await gateway.ask(LEAD);
    await gateway.brokerage.put(ada(4)).catch(() => undefined);
    everythingIsBack();
    gateway.brokerage.now = new Date(gateway.brokerage.now.getTime() + 10 * MINUTE_MS);
    const answer = await gateway.ask(LEAD);
    expect(bodyOf(answer)).toEqual({ data: { lead: { id: ADA, version: 4 } } });
    expect([answer.headers.get('age'), answer.headers.get('cache-status')]).toEqual([null, null]);
  });
});

describe('nothing stands for what cannot be read', () => {
  const said = async (query: string, more: Parameters<KeptGateway['ask']>[2] = {}): Promise<string> => {
    const { text } = await gateway.ask(query, {}, more);
    if (text.includes('freshness')) return 'what it was before';
    return text.includes('UNAVAILABLE') ? 'UNAVAILABLE' : text;
  };

  it('where a newer version was told of', async () => {
    await change(ada(3), ada(4));
    everythingFails();
    expect(await said(LEAD)).toBe('UNAVAILABLE');
    expect(await said(HOT)).toBe('UNAVAILABLE');
  });

  it('where a consistency token asks for more', async () => {
    const tokens = createConsistencyTokens(gateway.brokerage.ports.tokenSecret);
    const asking = async (version: number) => ({ headers: { 'x-consistency-token': await tokens.sign(ACME, { streamId: ADA, version }) } });
    everythingFails();
    expect(await said(LEAD, await asking(4))).toBe('UNAVAILABLE');
    expect(bodyOf(await gateway.ask(LEAD, {}, await asking(3)))).toEqual(named({ lead: { id: ADA, version: 3 } }));
    expect(await said(HOT, await asking(4))).toBe('UNAVAILABLE');
  });

  it('for another tenant', async () => {
    everythingFails();
    const answer = await gateway.ask(LEAD, { tenant: RIVAL });
    expect(answer.text).toContain('UNAVAILABLE');
    expect(answer.text).not.toContain('"version"');
  });

  it('of somebody who was erased, by id or in a list, however often the list is asked for', async () => {
    await gateway.brokerage.publish({ id: ADA, version: 4, events: ['LeadErased'] });
    everythingFails();
    expect(await said(LEAD)).toBe('UNAVAILABLE');
    expect(await said(HOT)).toBe('UNAVAILABLE');
  });

  it('where news were lost for good: somebody may have been erased in them', async () => {
    loseNews();
    everythingFails();
    expect(await said(LEAD)).toBe('UNAVAILABLE');
    expect(await said(HOT)).toBe('UNAVAILABLE');
  });

  it('ten minutes after it was read', async () => {
    everythingFails(10 * MINUTE_MS - 1);
    expect(bodyOf(await gateway.ask(LEAD))).toMatchObject({ extensions: { freshness } });
    gateway.brokerage.now = new Date(gateway.brokerage.now.getTime() + 1);
    expect(await said(LEAD)).toBe('UNAVAILABLE');
    expect(await said(HOT)).toBe('UNAVAILABLE');
  });

  it('in a list whose order the clock decides on', async () => {
    const overdue = '{ leads(first: 10, filter: { overdue: true }) { edges { node { id } } } }';
    await gateway.ask(overdue);
    everythingFails();
    expect(await said(overdue)).toBe('UNAVAILABLE');
  });
});

describe('a list that changed', () => {
  it('is shown as it was before, while nobody on it is older than what was told', async () => {
    await change(null, aLead({ name: 'cid', email: 'cid@example.com', score: scoreOf(95), version: 1 }));
    everythingFails();
    expect(bodyOf(await gateway.ask(HOT))).toEqual(named({ leads: { edges: [{ node: { id: ADA, version: 3 } }, { node: { id: BOB, version: 3 } }] } }));
  });

  it('is not put together of what it was and what is on it no more', async () => {
    await change(bob(3), bob(4, 10));
    await gateway.ask(`{ lead(id: "${BOB}") { version } }`);
    everythingFails();
    expect((await gateway.ask(HOT)).text).toContain('UNAVAILABLE');
    expect(bodyOf(await gateway.ask(`{ lead(id: "${BOB}") { version } }`))).toEqual(named({ lead: { version: 4 } }));
  });
});
