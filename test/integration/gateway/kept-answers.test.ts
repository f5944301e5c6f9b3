import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeId } from '../../../domain/ids.ts';
import { indexChange } from '../../../domain/views/index-change.ts';
import type { Lead } from '../../../domain/lead/lead.ts';
import type { LiveBus, LiveBusSubscription } from '../../../platform/live-bus/live-bus.ts';
import { SYSTEM_TENANT } from '../../../platform/read-models/read-models.ts';
import { indexOf } from '../../../platform/read-models/view-put.ts';
import { createConsistencyTokens } from '../../../resolvers/consistency-token.ts';
import { aLead } from '../../support/a-lead.ts';
import { ACME, RIVAL } from '../../support/brokerage.ts';
import { fieldOf } from '../../support/execute.ts';
import { scoreOf } from '../../support/facts.ts';
import { startKeptGateway, type KeptGateway } from '../../support/kept-gateway.ts';

const LEADS = '{ leads(first: 10) { edges { node { id version name } } } }';
const HOT = '{ leads(first: 10, filter: { tier: HOT }) { edges { node { id version } } } }';
const WON = '{ leads(first: 10, filter: { stage: WON }) { edges { node { id version } } } }';
const ADA = makeId('lead', 'ada');
const LEAD = `{ lead(id: "${ADA}") { id version name } }`;
const versionIn = ({ data }: { data: Record<string, unknown> | null }): unknown => (data?.['lead'] as { version: number } | null)?.version;

describe('kept answers', () => {
  let gateway: KeptGateway;
  beforeEach(async () => {
    gateway = await startKeptGateway();
    await gateway.brokerage.put(aLead({ name: 'ada', score: scoreOf(90) }), aLead({ name: 'bob', email: 'bob@example.com', score: scoreOf(55) }));
    await untilItKeeps(gateway, WON);
  });
  afterEach(() => gateway.stop());

  /** As the projector does it: the view first, then the news. */
  async function change(before: Lead | null, after: Lead, news: 'told' | 'on its way' = 'told'): Promise<void> {
    await gateway.brokerage.put(after);
    const lists = indexChange(before && indexOf(before), indexOf(after));
    if (news === 'told') await gateway.brokerage.publish({ id: after.id, version: after.version, lists });
  }
  const ada = (version: number, traits: Parameters<typeof aLead>[0] = {}): Lead => aLead({ name: 'ada', score: scoreOf(90), version, ...traits });

  const tokenFor = (version: number): Promise<string> => createConsistencyTokens(gateway.brokerage.ports.tokenSecret).sign(ACME, { streamId: ADA, version });

  it('are the same bytes again, without a read, however the question is written', async () => {
    const first = await gateway.ask(LEAD);
    const again = await gateway.ask(LEAD);
    expect(first.calls).toEqual(['get(1)']);
    expect(again).toMatchObject({ status: 200, text: first.text, calls: [] });
    expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'));
    expect(again.headers.get('x-request-id')).toMatch(/./);
    const query = 'query ($id: ID!) { lead(id: $id) { version } }';
    await gateway.ask(query, {}, { variables: { id: ADA } });
    const spaced = await gateway.post(`{ "variables": { "id": "${ADA}" },  "query": ${JSON.stringify(query)} }`);
    expect(await spaced.json()).toEqual({ data: { lead: { version: 3 } } });
    expect(gateway.brokerage.calls.filter((call) => call === 'get(1)')).toHaveLength(1);
  });

  it('are given to a body that begins with a byte order mark, too', async () => {
    expect(await (await gateway.post(`\uFEFF${JSON.stringify({ query: LEAD })}`)).json()).toMatchObject({ data: { lead: { version: 3 } } });
  });

  it('are shared by all who may see the same, and by nobody else', async () => {
    await gateway.ask(LEAD);
    expect((await gateway.ask(LEAD, { subject: 'ben', roles: ['MANAGER'] })).calls).toEqual([]);
    const rival = await gateway.ask(LEAD, { tenant: RIVAL });
    expect(rival.data).toEqual({ lead: null });
    expect(rival.calls).not.toEqual([]);
    expect((await gateway.ask(LEAD)).data).toMatchObject({ lead: { version: 3 } });
  });

  it.each([
    ['what depends on the person', '{ viewer { id } }'],
    ['what nobody tells the changes of', '{ health { ok } }'],
    ['what only some may see', '{ deadLetters(first: 1) { edges { node { id } } } }'],
    ['introspection', '{ __schema { queryType { name } } }'],
  ])('never are %s', async (_what, query) => {
    const before = await entriesIn(gateway);
    await gateway.ask(query, { roles: ['ADMIN'] });
    await gateway.ask(query, { subject: 'ben', roles: ['ADMIN'] });
    expect(await entriesIn(gateway)).toBe(before);
  });

  it('are asked for anew without a token, or with one that is no good', async () => {
    await gateway.ask(LEAD);
    expect((await gateway.post(JSON.stringify({ query: LEAD }), { authorization: '' })).status).toBe(401);
    expect((await gateway.post(JSON.stringify({ query: LEAD }), { authorization: 'Bearer a.b.c' })).status).toBe(401);
  });

  it('go when one of their views changes, and the next one is the new one', async () => {
    await gateway.ask(LEAD);
    await change(ada(3), ada(4));
    const after = await gateway.ask(LEAD);
    expect(versionIn(after)).toBe(4);
    expect((await gateway.ask(LEAD)).calls).toEqual([]);
  });

  it('go where a change can touch their list, and stay where it cannot', async () => {
    for (const query of [HOT, WON, LEADS]) await gateway.ask(query);
    const bob = (version: number, traits: Parameters<typeof aLead>[0] = {}): Lead => aLead({ name: 'bob', email: 'bob@example.com', version, ...traits });
    await change(bob(3, { score: scoreOf(55) }), bob(4, { score: scoreOf(56) }));
    expect((await gateway.ask(HOT)).calls).toEqual([]);
    expect((await gateway.ask(WON)).calls).toEqual([]);
    expect((await gateway.ask(LEADS)).calls).toEqual(['list(lead)']);
    await change(bob(4, { score: scoreOf(56) }), bob(5, { score: scoreOf(80) }));
    expect((await gateway.ask(HOT)).data).toMatchObject({ leads: { edges: [{ node: { id: ADA } }, { node: { version: 5 } }] } });
    expect((await gateway.ask(WON)).calls).toEqual([]);
  });

  it('go where a lead comes that was asked for before it was there', async () => {
    const query = `{ lead(id: "${makeId('lead', 'eve')}") { version } }`;
    expect((await gateway.ask(query)).data).toEqual({ lead: null });
    expect((await gateway.ask(query)).calls).toEqual([]);
    await change(null, aLead({ name: 'eve', email: 'eve@example.com', version: 1 }));
    expect(versionIn(await gateway.ask(query))).toBe(1);
  });

  it('go when the lead is erased, from memory too', async () => {
    await gateway.ask(LEAD);
    const before = await entriesIn(gateway);
    await change(ada(3), ada(4, { erasedAt: '2026-03-10T20:00:00.000Z' }));
    expect(await entriesIn(gateway)).toBeLessThan(before);
    expect((await gateway.ask(LEAD)).data).toMatchObject({ lead: { name: 'Erased' } });
  });

  it('are not shown behind a newer version that another question brought, although no news came', async () => {
    await gateway.ask(LEAD);
    await change(ada(3), ada(4), 'on its way');
    expect(versionIn(await gateway.ask(LEAD))).toBe(3);
    expect(fieldOf({ data: (await gateway.ask(HOT)).data, errors: [] }, 'leads')).toEqual({ edges: [{ node: { id: ADA, version: 4 } }] });
    expect(versionIn(await gateway.ask(LEAD))).toBe(4);
  });

  it('go, although no news came, where another question finds what was not there', async () => {
    const query = (alias: string): string => `{ ${alias}: lead(id: "${makeId('lead', 'eve')}") { version } }`;
    expect((await gateway.ask(query('lead'))).data).toEqual({ lead: null });
    await change(null, aLead({ name: 'eve', email: 'eve@example.com', version: 1 }), 'on its way');
    expect((await gateway.ask(query('x'))).data).toEqual({ x: { version: 1 } });
    expect(versionIn(await gateway.ask(query('lead')))).toBe(1);
  });

  it('of a list are read again where it changed while it was read beside what nobody may share', async () => {
    const gate = Promise.withResolvers<void>();
    const reading = Promise.withResolvers<void>();
    const slow = await startKeptGateway((ports) => ({
      ...ports,
      readModels: {
        ...ports.readModels,
        async list(query) {
          const page = await ports.readModels.list(query);
          if (query.first === 7) {
            reading.resolve();
            await gate.promise;
          }
          return page;
        },
      },
    }));
    await untilItKeeps(slow, WON);
    const asked = slow.ask('{ viewer { id } leads(first: 7) { edges { node { id } } } }');
    await reading.promise;
    await slow.brokerage.put(ada(3));
    await slow.brokerage.publish({ id: ADA, version: 3 });
    gate.resolve();
    await asked;
    expect((await slow.ask('{ leads(first: 7) { edges { node { id } } } }')).text).toContain(ADA);
    await slow.stop();
  });

  it('of lists show no version below one that was shown by id, although the read models are behind', async () => {
    const { outages } = gateway.brokerage;
    await gateway.ask(LEAD);
    gateway.brokerage.putInWriteModel(ada(4));
    Object.assign(outages, { readModels: true });
    expect(versionIn(await gateway.ask(`{ lead(id: "${ADA}") { version } }`, {}, { headers: { 'x-consistency-token': await tokenFor(4) } }))).toBe(4);
    Object.assign(outages, { readModels: false });
    expect((await gateway.ask(HOT)).text).toContain('"version":4');
  });

  it('are older than no receipt that this gateway called VISIBLE', async () => {
    await gateway.ask(LEAD);
    const note = 'mutation ($id: ID!) { addNote(input: { leadId: $id, text: "called" }) { id status } }';
    const sent = await gateway.ask(note, {}, { variables: { id: ADA } });
    const { id } = fieldOf({ data: sent.data, errors: [] }, 'addNote') as { id: string };
    await change(ada(3), ada(4), 'on its way');
    const { acceptedAt, ...receipt } = {
      acceptedAt: '2026-03-10T20:00:00.000Z',
      id,
      tenant: ACME,
      streamId: ADA,
      type: 'AddNote',
      lane: 'hot',
      fingerprint: 'f',
    };
    const doc = JSON.stringify({ ...receipt, acceptedAt, appliedAt: acceptedAt, visibleAt: acceptedAt, status: 'VISIBLE', version: 4 });
    await gateway.brokerage.ports.readModels.put([{ tenant: ACME, kind: 'command', id, version: 9, doc, index: null }]);
    expect((await gateway.ask(`{ command(id: "${id}") { status } }`)).data).toEqual({ command: { status: 'VISIBLE' } });
    expect(versionIn(await gateway.ask(LEAD))).toBe(4);
  });

  it('of nothing go where a receipt says that something is VISIBLE by now, although no news came', async () => {
    const sent = await gateway.ask('mutation { createLead(input: { email: "new@example.com" }) { id leadId } }');
    const { id, leadId } = fieldOf({ data: sent.data, errors: [] }, 'createLead') as { id: string; leadId: string };
    const query = `{ lead(id: "${leadId}") { version } leads(first: 9) { edges { node { id } } } }`;
    expect((await gateway.ask(query)).text).toContain('"lead":null');
    gateway.isDeaf = true;
    await gateway.brokerage.carryOut();
    expect((await gateway.ask(`{ command(id: "${id}") { status } }`)).data).toEqual({ command: { status: 'VISIBLE' } });
    const { text } = await gateway.ask(query);
    expect(text).toContain('"version":1');
    expect(text).toContain(leadId);
  });

  it('of lists go where a receipt says that something is VISIBLE by now, although it was read by itself before', async () => {
    const sent = await gateway.ask('mutation { createLead(input: { email: "new@example.com" }) { id leadId } }');
    const { id, leadId } = fieldOf({ data: sent.data, errors: [] }, 'createLead') as { id: string; leadId: string };
    expect((await gateway.ask(LEADS)).text).not.toContain(leadId);
    gateway.isDeaf = true;
    await gateway.brokerage.carryOut();
    expect(versionIn(await gateway.ask(`{ lead(id: "${leadId}") { version } }`))).toBe(1);
    expect((await gateway.ask(`{ command(id: "${id}") { status } }`)).data).toEqual({ command: { status: 'VISIBLE' } });
    expect((await gateway.ask(LEADS)).text).toContain(leadId);
  });

  it('go where another generation of views answers, although nothing of them was told', async () => {
    await gateway.ask(LEADS);
    await gateway.ask(LEAD);
    await change(ada(3), ada(4), 'on its way');
    const views = { tenant: SYSTEM_TENANT, kind: 'views', id: 'generation-2', version: 1, at: '', events: [] } as const;
    await gateway.brokerage.bus.publish([views]);
    expect(versionIn(await gateway.ask(LEAD))).toBe(4);
    expect((await gateway.ask(LEADS)).calls).not.toEqual([]);
  });

  it('never are answers with an error', async () => {
    const query = `{ lead(id: "${makeId('lead', 'cid')}") { version } }`;
    await gateway.brokerage.put(aLead({ name: 'cid', email: 'cid@example.com' }));
    Object.assign(gateway.brokerage.outages, { readModels: true, origin: true });
    expect((await gateway.ask(query)).text).toContain('UNAVAILABLE');
    Object.assign(gateway.brokerage.outages, { readModels: false, origin: false });
    expect((await gateway.ask(query)).data).toEqual({ lead: { version: 3 } });
  });

  it('end by themselves when the clock makes them wrong', async () => {
    const dueAt = new Date(gateway.brokerage.now.getTime() + 60_000);
    await change(ada(3), ada(5, { responseDueAt: dueAt.toISOString() }));
    const query = `{ lead(id: "${ADA}") { version overdue } }`;
    expect((await gateway.ask(query)).data).toEqual({ lead: { version: 5, overdue: false } });
    expect((await gateway.ask(query)).calls).toEqual([]);
    gateway.brokerage.now = dueAt;
    expect((await gateway.ask(query)).data).toEqual({ lead: { version: 5, overdue: true } });
  });

  it.each([
    ['one lead', LEAD, ['get(1)']],
    ['a list', HOT, ['get(1)', 'list(lead)']],
  ])('are passed by where a consistency token asks for what is newest: %s', async (_what, query, calls) => {
    await gateway.ask(query);
    await change(ada(3), ada(4), 'on its way');
    const token = await tokenFor(4);
    const asked = await gateway.ask(query, {}, { headers: { 'x-consistency-token': token } });
    expect(asked.calls).toEqual(calls);
    expect(asked.text).toContain('"version":4');
  });

  it('in a list are as new as the token asks for although the read models are not there yet: what they lack comes from the origin', async () => {
    await gateway.ask(HOT);
    const token = await tokenFor(4);
    expect((await gateway.ask(HOT, {}, { headers: { 'x-consistency-token': token } })).text).toContain('UNAVAILABLE');
    gateway.brokerage.putInWriteModel(ada(4));
    expect((await gateway.ask(HOT, {}, { headers: { 'x-consistency-token': token } })).text).toContain('"version":4');
  });

  it('are counted, with what happened to them', async () => {
    const text = await gateway.metrics();
    for (const fact of ['entries', 'bytes', 'hits_total', 'joined_total', 'missed_total', 'refused_total', 'dropped_total', 'evicted_total'])
      expect(text).toMatch(new RegExp(`lead_intelligence_cache_${fact}\\{layer="L0"\\} \\d`));
    expect(text).toMatch(/lead_intelligence_cache_hits_total\{layer="L1"\} \d/);
    const at = new Date(Date.now() - 300).toISOString();
    await gateway.brokerage.publish({ kind: 'command', id: 'cmd_1', version: 9, at, events: ['VISIBLE'] });
    const told = await gateway.metrics();
    expect(told).toContain('lead_intelligence_visible_to_gateway_seconds_count 1');
    expect(told).toContain('lead_intelligence_visible_to_gateway_seconds_bucket{le="0.25"} 0');
    expect(text).toMatch(/lead_intelligence_http_requests_total\{route="\/graphql",method="POST",status="200"\} \d/);
  });
});

describe('equal questions at one moment', () => {
  it('are one execution and one read, whoever asks', async () => {
    const gate = Promise.withResolvers<void>();
    const gateway = await startKeptGateway((ports) => ({
      ...ports,
      readModels: {
        ...ports.readModels,
        async get(refs) {
          await gate.promise;
          return ports.readModels.get(refs);
        },
      },
    }));
    await gateway.brokerage.put(aLead({ name: 'ada' }));
    await untilItKeeps(gateway, WON);
    const askers = Array.from({ length: 50 }, (_, n) => gateway.ask(LEAD, { subject: `agent-${n % 7}` }));
    await vi.waitFor(async () => expect(await gateway.metrics()).toContain('lead_intelligence_cache_joined_total{layer="L0"} 49'), { timeout: 5_000 });
    gate.resolve();
    const answers = await Promise.all(askers);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(gateway.brokerage.calls.filter((call) => call.startsWith('get('))).toEqual(['get(1)']);
    await gateway.stop();
  });
});

describe('a query by GET', () => {
  let gateway: KeptGateway;
  beforeEach(async () => {
    gateway = await startKeptGateway();
    await gateway.brokerage.put(...Array.from({ length: 10 }, (_, n) => aLead({ name: `lead-${n}`, email: `${n}@example.com`, score: scoreOf(90 - n) })));
    await untilItKeeps(gateway, WON);
  });
  afterEach(() => gateway.stop());

  it('has an entity tag over its bytes: 304 while they are the same, for whoever may ask, and the bytes once they are not', async () => {
    const first = await gateway.get(LEADS);
    const tag = first.headers.get('etag') ?? '';
    expect(tag).toMatch(/^"[0-9a-f]{32}(-\w+)?"$/);
    const same = await gateway.get(LEADS, { 'if-none-match': `W/${tag}, "another"` });
    expect([same.status, await same.text(), same.headers.get('etag')]).toEqual([304, '', tag]);
    const stranger = await gateway.get(LEADS, { 'if-none-match': tag, authorization: 'Bearer nonsense' });
    expect(stranger.status).toBe(401);
    const another = await gateway.get('{ leads(first: 2) { edges { cursor } } }', { 'if-none-match': tag });
    expect(another.status).toBe(200);
    await gateway.brokerage.put(aLead({ name: 'lead-0', version: 4, email: 'new@example.com', score: scoreOf(90) }));
    await gateway.brokerage.publish({ id: makeId('lead', 'lead-0'), version: 4 });
    const changed = await gateway.get(LEADS, { 'if-none-match': tag });
    expect(changed.status).toBe(200);
    expect(changed.headers.get('etag')).not.toBe(tag);
  });

  it('comes in the form that the client accepts, each with a tag of its own', async () => {
    const LONG = '{ leads(first: 10) { edges { cursor node { id version name email phone stage source createdAt updatedAt } } } }';
    const plain = await (await gateway.get(LONG, { 'accept-encoding': 'identity' })).text();
    for (const encoding of ['gzip', 'br']) {
      const response = await gateway.get(LONG, { 'accept-encoding': encoding });
      expect(Object.fromEntries(['content-encoding', 'vary'].map((name) => [name, response.headers.get(name)]))).toEqual({
        'content-encoding': encoding,
        vary: 'accept-encoding',
      });
      expect(response.headers.get('etag')).toContain(`-${encoding}"`);
      expect(await response.text()).toBe(plain);
    }
  });

  it('is the answer that POST gives, and no way for a mutation', async () => {
    const { text } = await gateway.ask(LEADS);
    expect(await (await gateway.get(LEADS)).text()).toBe(text);
    const mutation = await gateway.get('mutation { createLead(input: { email: "a@example.com" }) { id } }');
    expect(mutation.status).toBe(405);
    expect(gateway.brokerage.log).toEqual([]);
  });
});

describe('an answer that goes wrong', () => {
  it('is made twice without a second read: once compiled, once by GraphQL, which says what is wrong', async () => {
    const gateway = await startKeptGateway();
    await untilItKeeps(gateway, WON);
    Object.assign(gateway.brokerage.outages, { readModels: true, origin: true });
    const { text, calls } = await gateway.ask(LEAD);
    expect(text).toContain('UNAVAILABLE');
    expect(calls).toEqual(['get(1)', 'origin.views(1)']);
    expect((await gateway.ask('{ leads(first: 3) { edges { cursor } } }')).calls).toEqual(['list(lead)']);
    await gateway.stop();
  });

  it('is not waited for where a change has made it nobody else’s', async () => {
    const gate = Promise.withResolvers<void>();
    let isHeld = false;
    const gateway = await startKeptGateway((ports) => ({
      ...ports,
      readModels: {
        ...ports.readModels,
        async get(refs) {
          const views = await ports.readModels.get(refs);
          if (isHeld) await gate.promise;
          return views;
        },
      },
    }));
    await gateway.brokerage.put(aLead({ name: 'ada' }));
    await untilItKeeps(gateway, WON);
    isHeld = true;
    const slow = gateway.ask(LEAD);
    await vi.waitFor(() => expect(gateway.brokerage.calls).toContain('get(1)'));
    isHeld = false;
    await gateway.brokerage.put(aLead({ name: 'ada', version: 4 }));
    await gateway.brokerage.publish({ id: ADA, version: 4 });
    expect(versionIn(await gateway.ask(LEAD))).toBe(4);
    gate.resolve();
    await slow;
    await gateway.stop();
  });
});

describe('a live bus that says nothing', () => {
  /** The memory's own, whose silence the test decides on. */
  function withSilence(bus: LiveBus, silence: { ms: number; gap?: () => void }): LiveBus {
    return {
      ...bus,
      async subscribe(onMessage, onState, onGap): Promise<LiveBusSubscription> {
        silence.gap = () => onGap?.(ACME);
        return { ...(await bus.subscribe(onMessage, onState, onGap)), silentMs: () => silence.ms };
      },
    };
  }
  let gateway: KeptGateway;
  const silence: { ms: number; gap?: () => void } = { ms: 0 };
  beforeEach(async () => {
    silence.ms = 0;
    gateway = await startKeptGateway((ports) => ({ ...ports, liveBus: withSilence(ports.liveBus, silence) }));
    await gateway.brokerage.put(aLead({ name: 'ada' }));
    await untilItKeeps(gateway, LEAD);
  });
  afterEach(() => gateway.stop());

  it('is trusted for a second, then every answer is made anew, until it speaks again', async () => {
    silence.ms = 1_000;
    expect((await gateway.ask(LEAD)).calls).toEqual([]);
    silence.ms = 1_001;
    await gateway.brokerage.put(aLead({ name: 'ada', version: 4 }));
    expect(versionIn(await gateway.ask(LEAD))).toBe(4);
    expect((await gateway.ask(LEAD)).calls).toEqual(['get(1)']);
    const health = '{ health { components { component facts { name value } } } }';
    const facts = expect.arrayContaining([{ name: 'answers_are_kept', value: expect.stringMatching(/^no, /) }]);
    const kept = { component: 'liveBus', facts };
    expect((await gateway.ask(health)).data).toMatchObject({ health: { components: expect.arrayContaining([kept]) } });
    silence.ms = 0;
    expect(versionIn(await gateway.ask(LEAD))).toBe(4);
  });

  it('makes nothing of before worth anything where it lost news', async () => {
    await gateway.brokerage.put(aLead({ name: 'ada', version: 4 }));
    silence.gap?.();
    expect(versionIn(await gateway.ask(LEAD))).toBe(4);
  });
});

/** Nothing is kept before the gateway hears of changes. */
const untilItKeeps = (gateway: KeptGateway, query: string): Promise<void> =>
  vi.waitFor(async () => {
    await gateway.ask(query);
    const { calls } = await gateway.ask(query);
    if (calls.length > 0) throw new Error('it does not keep answers yet');
  });

async function entriesIn(gateway: KeptGateway): Promise<number> {
  return Number(/lead_intelligence_cache_entries\{layer="L0"\} (\d+)/.exec(await gateway.metrics())?.[1]);
}
