/** What is in memory ends after five minutes, less or more by a tenth: who asks all the time does not wait for that. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { makeId } from '../../../domain/ids.ts';
import { aLead } from '../../support/a-lead.ts';
import { startKeptGateway, type KeptGateway } from '../../support/kept-gateway.ts';

const ADA = makeId('lead', 'ada');
/** Nobody shares its answer: each is made of what is in memory. */
const LEAD = `{ viewer { id } lead(id: "${ADA}") { id version } }`;
const LIST = '{ viewer { id } leads(first: 10) { edges { node { id version } } } }';
const NOBODY = `{ lead(id: "${makeId('lead', 'nobody')}") { id } }`;

let gateway: KeptGateway;
/** Reads wait for it where there is one. */
let gate: Promise<void> | undefined;

beforeEach(async () => {
  gate = undefined;
  gateway = await startKeptGateway((ports) => ({
    ...ports,
    readModels: {
      ...ports.readModels,
      async get(refs) {
        const views = ports.readModels.get(refs);
        await gate;
        return views;
      },
      async list(query) {
        const page = ports.readModels.list(query);
        await gate;
        return page;
      },
    },
  }));
  await gateway.brokerage.put(aLead({ name: 'ada', version: 3 }));
  const keeps = async (query: string): Promise<void> => {
    await gateway.ask(query);
    expect((await gateway.ask(query)).calls).toEqual([]);
  };
  await vi.waitFor(() => keeps(LEAD), { timeout: 10_000 });
  await vi.waitFor(() => keeps(LIST), { timeout: 10_000 });
});
afterEach(() => gateway.stop());

const later = (ms: number): void => void (gateway.brokerage.now = new Date(gateway.brokerage.now.getTime() + ms));

/** Until its end, which is between 270 and 330 seconds behind its read. */
async function untilReadAnew(query: string): Promise<{ answers: Set<string>; seconds: number }> {
  const answers = new Set<string>();
  const before = gateway.brokerage.calls.length;
  for (let seconds = 0; seconds < 340; seconds += 1) {
    later(1_000);
    answers.add((await gateway.ask(query)).text);
    if (gateway.brokerage.calls.length > before) return { answers, seconds };
  }
  throw new Error('it was never read anew');
}

it.each([
  ['a view', LEAD, 'get(1)'],
  ['a list', LIST, 'list(lead)'],
])('%s is read anew behind the answers, once, while the answers go on', async (_what, query, call) => {
  const held = Promise.withResolvers<void>();
  gate = held.promise;
  const before = gateway.brokerage.calls.length;
  // Nothing lets go of the reads: who waited for one would never come to an end.
  const { answers } = await untilReadAnew(query);
  await gateway.ask(query);
  await gateway.ask(query);
  expect(gateway.brokerage.calls.slice(before)).toEqual([call]);
  expect(answers.size).toBe(1);
  held.resolve();
  await vi.waitFor(async () => expect(await gateway.metrics()).toMatch(/cache_refreshed_total\{layer="L1"\} 1/));
  later(200_000);
  expect((await gateway.ask(query)).calls).toEqual([]);
});

it('what nobody asks for just ends, and the next one waits', async () => {
  later(345_000);
  expect((await gateway.ask(LEAD)).calls).toEqual(['get(1)']);
});

it('a change in the grace ends it at once', async () => {
  const held = Promise.withResolvers<void>();
  gate = held.promise;
  await untilReadAnew(LEAD);
  await gateway.brokerage.put(aLead({ name: 'ada', version: 4 }));
  await gateway.brokerage.publish({ id: ADA, version: 4 });
  gate = undefined;
  expect((await gateway.ask(LEAD)).text).toContain('"version":4');
  held.resolve();
  await vi.waitFor(async () => expect(await gateway.metrics()).toMatch(/cache_refreshed_total\{layer="L1"\} 1/));
  // What was read before the change is not put back by the read behind the answers.
  expect((await gateway.ask(LEAD)).text).toContain('"version":4');
});

it('what cannot be read anew is not given out beyond its end: it is named as old', async () => {
  await untilReadAnew(LEAD);
  Object.assign(gateway.brokerage.outages, { readModels: true, origin: true });
  later(265_000);
  let text = '';
  for (let seconds = 0; seconds < 80 && !text.includes('freshness'); seconds += 1) {
    later(1_000);
    ({ text } = await gateway.ask(LEAD));
  }
  expect(text).toContain('"freshness":{"asOf":');
});

it('that something is not there is taken on trust for half a minute', async () => {
  await gateway.ask(NOBODY);
  later(29_000);
  expect((await gateway.ask(NOBODY)).calls).toEqual([]);
  later(1_000);
  expect((await gateway.ask(NOBODY)).calls).not.toEqual([]);
});
