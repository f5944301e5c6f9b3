/** The layers that answers come from, as people see them: in health, in metrics, and for one request where an admin asks. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeId } from '../../../domain/ids.ts';
import { aLead } from '../../support/a-lead.ts';
import { fieldOf } from '../../support/execute.ts';
import { scoreOf } from '../../support/facts.ts';
import { startKeptGateway, type Asked, type KeptGateway } from '../../support/kept-gateway.ts';

const ADA = makeId('lead', 'ada');
const LEAD = `query Card { lead(id: "${ADA}") { id version } }`;
const HOT = '{ leads(first: 10, filter: { tier: HOT }) { edges { node { id version } } } }';
const ADMIN = { subject: 'adam', roles: ['ADMIN'] } as const;
const EXPLAIN = { headers: { 'x-explain': '1' } };

let gateway: KeptGateway;
beforeEach(async () => {
  gateway = await startKeptGateway();
  await gateway.brokerage.put(aLead({ name: 'ada', score: scoreOf(90) }));
  const keeps = async (): Promise<void> => {
    await gateway.ask(LEAD);
    expect((await gateway.ask(LEAD)).calls).toEqual([]);
  };
  await vi.waitFor(keeps, { timeout: 10_000 });
});
afterEach(() => gateway.stop());

const explainedIn = ({ text }: Asked): unknown => (JSON.parse(text) as { extensions?: { explain?: unknown } }).extensions?.explain;
const ms: unknown = expect.any(Number);

describe('an explained answer', () => {
  it('tells where each part came from, and is the same as any other beside that', async () => {
    const plain = await gateway.ask(HOT);
    const known = await gateway.ask(LEAD, ADMIN, EXPLAIN);
    expect(explainedIn(known)).toEqual({ L0: 'WOULD_HIT', parts: [{ kind: 'lead', id: ADA, layer: 'L1', version: 3, ms: 0 }] });
    const list = await gateway.ask(HOT, ADMIN, EXPLAIN);
    expect(explainedIn(list)).toEqual({ L0: 'WOULD_HIT', parts: [{ kind: 'lead', list: 'lead:SCORE:DESC tier:HOT', layer: 'L1', ms: 0 }] });
    expect(list.data).toEqual(plain.data);
    expect((await gateway.ask(HOT)).text).toBe(plain.text);
    const unseen = await gateway.ask(`{ lead(id: "${makeId('lead', 'bob')}") { id } leads(first: 3) { edges { cursor } } }`, ADMIN, EXPLAIN);
    expect(explainedIn(unseen)).toEqual({
      L0: 'WOULD_MISS',
      parts: expect.arrayContaining([
        { kind: 'lead', id: makeId('lead', 'bob'), layer: 'L3', ms },
        { kind: 'lead', list: 'lead:SCORE:DESC', layer: 'L2', ms },
      ]),
    });
  });

  it('takes no answer that is kept and leaves none', async () => {
    const entries = async (): Promise<unknown> => /cache_entries\{layer="L0"\} (\d+)/.exec(await gateway.metrics())?.[1];
    const before = await entries();
    await gateway.ask('{ leads(first: 4) { edges { cursor } } }', ADMIN, EXPLAIN);
    expect(await entries()).toBe(before);
  });

  it('is for admins alone, and nothing is carried out for others', async () => {
    for (const roles of [['AGENT'], ['MANAGER']] as const) {
      const answer = await gateway.ask('mutation { createLead(input: { email: "a@example.com" }) { id } }', { roles }, EXPLAIN);
      expect([answer.text.includes('FORBIDDEN'), answer.text.includes('extensions":{"explain')]).toEqual([true, false]);
    }
    expect(gateway.brokerage.log).toEqual([]);
  });

  it('also comes through Yoga', async () => {
    const headers = { ...EXPLAIN.headers, authorization: `Bearer ${await gateway.token(ADMIN)}` };
    const response = await gateway.post(JSON.stringify({ query: LEAD, extensions: { ofAnother: 'tool' } }), headers);
    expect(await response.json()).toMatchObject({ extensions: { explain: { L0: 'NOT_SHARED', parts: [{ id: ADA, layer: 'L1' }] } } });
  });

  it('says what may be old', async () => {
    Object.assign(gateway.brokerage.outages, { readModels: true, origin: true });
    gateway.brokerage.now = new Date(gateway.brokerage.now.getTime() + 345_000);
    const answer = await gateway.ask(LEAD, ADMIN, EXPLAIN);
    expect(JSON.parse(answer.text)).toMatchObject({
      extensions: { freshness: { stale: true }, explain: { parts: [{ id: ADA, layer: 'STALE', version: 3 }] } },
    });
  });
});

it('health tells of each layer what it did, and of the bus how long it is silent', async () => {
  await gateway.ask(HOT);
  await gateway.ask(HOT);
  const { data } = await gateway.ask('{ health { ok components { component status circuit facts { name value } } } }');
  const { ok, components } = fieldOf({ data, errors: [] }, 'health') as {
    ok: boolean;
    components: { component: string; status: string; circuit: string | null; facts: { name: string; value: string }[] }[];
  };
  expect(ok).toBe(true);
  const factsOf = (name: string): Record<string, string> =>
    Object.fromEntries(components.find(({ component }) => component === name)?.facts.map((fact) => [fact.name, fact.value]) ?? []);
  expect(Object.keys(factsOf('L0'))).toEqual(
    expect.arrayContaining(['entries', 'bytes', 'hits', 'joined', 'missed', 'refused', 'dropped', 'evicted', 'stale']),
  );
  expect(Number(factsOf('L0')['hits'])).toBeGreaterThan(0);
  expect(factsOf('L1')).toMatchObject({ stale: '0', refreshed: '0', refreshesFailed: '0' });
  expect(Number(factsOf('L2')['requests'])).toBeGreaterThan(0);
  expect(factsOf('L3')).toEqual({ requests: '0', keys: '0', missed: '0', failed: '0', skipped: '0' });
  expect(factsOf('liveBus')).toEqual({ answers_are_kept: 'yes', silent_ms: '0' });
  expect(components.find(({ component }) => component === 'L2')).toMatchObject({ status: 'UP', circuit: 'CLOSED' });
});

it('metrics count what was asked of the stores, and answers that were kept as the operations that they are', async () => {
  const count = async (): Promise<number> =>
    Number(/graphql_operations_total\{name="Card",type="query",outcome="ok"\} (\d+)/.exec(await gateway.metrics())?.[1]);
  const before = await count();
  for (let n = 0; n < 5; n += 1) expect((await gateway.ask(LEAD)).calls).toEqual([]);
  expect((await count()) - before).toBe(5);
  await gateway.ask(`{ lead(id: "${makeId('lead', 'nobody')}") { id } }`);
  const text = await gateway.metrics();
  expect(text).toMatch(/lead_intelligence_store_keys_total\{layer="L2"\} [1-9]/);
  expect(text).toMatch(/lead_intelligence_store_missed_total\{layer="L2"\} 1/);
  expect(text).toMatch(/lead_intelligence_store_missed_total\{layer="L3"\} 1/);
  expect(text).toMatch(/lead_intelligence_live_bus_trusted 1/);
  expect(text).toMatch(/lead_intelligence_live_bus_silent_seconds 0/);
});
