/** What takes long comes behind the rest: the score at once, the AI's words when they come, and nobody asked for who has left. */
import { createClient } from 'graphql-ws';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { Insight } from '../../../domain/scoring/score.ts';
import type { Insights } from '../../../platform/scoring/insights.ts';
import { aLead } from '../../support/a-lead.ts';
import { createBrokerage } from '../../support/brokerage.ts';
import { scoreOf } from '../../support/facts.ts';
import { startWatchedGateway, type WatchedGateway } from '../../support/watching.ts';

const QUERY = '{ lead(id: "lead_ada") { id score { value } ... @defer { insight(fresh: true) { source degraded summary } } } }';
const WHOLE = '{ lead(id: "lead_ada") { insight(fresh: true) { source summary } } }';
const insight = (source: Insight['source'], summary: string): Insight => ({
  source,
  degraded: source !== 'AI',
  summary,
  risks: [],
  opportunities: [],
  at: '2026-03-02T10:00:00.000Z',
});
const WAIT = { timeout: 10_000 };

/** An AI that says what the test tells it to, when the test tells it to. */
function createAi() {
  const asked: { readonly id: string; readonly signal: AbortSignal; readonly say: (word: Insight | null) => void; readonly fail: (error: Error) => void }[] =
    [];
  const insights: Insights = {
    insight(_tenant, id, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<Insight | null>();
      signal.addEventListener('abort', () => reject(signal.reason));
      asked.push({ id, signal, say: resolve, fail: reject });
      return promise;
    },
  };
  return { asked, insights };
}

const open: WatchedGateway[] = [];
afterEach(() => Promise.all(open.splice(0).map((gateway) => gateway.stop())));

async function start(known: Insight | undefined = insight('RULES', 'by the rules')) {
  const [brokerage, ai] = [createBrokerage(), createAi()];
  const gateway = await startWatchedGateway({}, { ...brokerage, ports: { ...brokerage.ports, insights: ai.insights } });
  open.push(gateway);
  await brokerage.put(aLead({ score: scoreOf(60), insight: known }));
  const ask = async (query: string, accept: string, signal?: AbortSignal): Promise<Response> =>
    fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept, authorization: `Bearer ${await gateway.token()}` },
      body: JSON.stringify({ query }),
      signal: signal ?? null,
    });
  const untilAsked = (times: number) => vi.waitFor(() => expect(ai.asked).toHaveLength(times), WAIT);
  return { gateway, brokerage, asked: ai.asked, ask, untilAsked };
}

/** The parts of a response, as they come. */
async function* partsOf(response: Response): AsyncGenerator {
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    for (let end = text.indexOf('}\r\n'); end >= 0; end = text.indexOf('}\r\n')) {
      yield JSON.parse(text.slice(text.indexOf('{'), end + 1));
      text = text.slice(end + 1);
    }
  }
}

describe('a deferred insight', () => {
  it('comes behind the score, which is there before the AI has said a word', async () => {
    const { ask, asked, untilAsked } = await start();
    const response = await ask(QUERY, 'multipart/mixed');
    const parts = partsOf(response);
    expect((await parts.next()).value).toEqual({ data: { lead: { id: 'lead_ada', score: { value: 60 } } }, hasNext: true });
    await untilAsked(1);
    asked[0]?.say(insight('AI', 'Call today.'));
    expect((await parts.next()).value).toEqual({
      incremental: [{ data: { insight: { source: 'AI', degraded: false, summary: 'Call today.' } }, path: ['lead'] }],
      hasNext: false,
    });
    expect((await parts.next()).done).toBe(true);
  });

  it('comes over an event stream, too', async () => {
    const { ask, asked, untilAsked } = await start();
    const response = await ask(QUERY, 'text/event-stream');
    await untilAsked(1);
    asked[0]?.say(insight('AI', 'Call today.'));
    const told = [...(await response.text()).matchAll(/^data: (\{.*)$/gm)].map(([, json = '']) => JSON.parse(json) as object);
    expect(told).toMatchObject([{ data: { lead: { score: { value: 60 } } } }, { incremental: [{ data: { insight: { summary: 'Call today.' } } }] }]);
  });

  it('comes over a WebSocket, and whoever leaves takes the question back', async () => {
    const { gateway, asked, untilAsked } = await start();
    const client = createClient({
      url: `${gateway.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { token: await gateway.token() },
      retryAttempts: 0,
    });
    const told: unknown[] = [];
    const done = new Promise((resolve, reject) => {
      client.subscribe({ query: QUERY }, { next: (result) => void told.push(result), error: reject, complete: () => resolve(undefined) });
    });
    await vi.waitFor(() => expect(told).toHaveLength(1), WAIT);
    await untilAsked(1);
    asked[0]?.say(insight('AI', 'Call today.'));
    await done;
    expect(told).toMatchObject([{ data: { lead: { score: { value: 60 } } } }, { incremental: [{ data: { insight: { summary: 'Call today.' } } }] }]);
    const leave = client.subscribe({ query: QUERY }, { next: () => undefined, error: () => undefined, complete: () => undefined });
    await untilAsked(2);
    leave();
    await vi.waitFor(() => expect(asked[1]?.signal.aborted).toBe(true), WAIT);
    await client.dispose();
  });

  it('is not asked for any further where the client goes away', async () => {
    const { ask, asked, untilAsked } = await start();
    const client = new AbortController();
    const response = await ask(QUERY, 'multipart/mixed', client.signal);
    await partsOf(response).next();
    await untilAsked(1);
    expect(asked[0]?.signal.aborted).toBe(false);
    client.abort();
    await vi.waitFor(() => expect(asked[0]?.signal.aborted).toBe(true), WAIT);
  });

  it('of an AI that says nothing, or cannot be asked, is what is known, with its source', async () => {
    const { ask, asked, untilAsked } = await start();
    for (const [times, end] of [
      [1, (at: (typeof asked)[number]) => at.say(null)],
      [2, (at: (typeof asked)[number]) => at.fail(new Error('the origin is down'))],
    ] as const) {
      const response = await ask(QUERY, 'text/event-stream');
      await untilAsked(times);
      const [question] = asked.slice(-1);
      if (question) end(question);
      expect(await response.text()).toContain('"insight":{"source":"RULES","degraded":true,"summary":"by the rules"}');
    }
  });

  it('that is the AI’s own word already is there at once, and nobody is asked', async () => {
    const { ask, asked } = await start(insight('AI', 'Said before.'));
    expect(await (await ask(QUERY, 'multipart/mixed')).text()).toContain('Said before.');
    expect(asked).toEqual([]);
  });

  it('masks what goes wrong in it', async () => {
    const { ask, brokerage } = await start();
    const response = await ask('{ lead(id: "lead_ada") { id ... @defer { timeline { edges { cursor } } } } }', 'multipart/mixed');
    const parts = partsOf(response);
    // The lead is read, its timeline is not.
    expect((await parts.next()).value).toMatchObject({ data: { lead: { id: 'lead_ada' } } });
    expect((await parts.next()).value).toMatchObject({ hasNext: false });
    brokerage.outages.readModels = true;
    const failed = await (await ask('{ lead(id: "lead_ada") { id ... @defer { timeline(first: 3) { edges { cursor } } } } }', 'multipart/mixed')).text();
    expect(failed).toContain('"code":"UNAVAILABLE"');
    expect(failed).not.toContain('out of order');
  });

  it('wants a client that takes parts, and says so to others', async () => {
    const { ask, asked } = await start();
    const response = await ask(QUERY, 'application/json');
    expect(response.status).toBe(406);
    expect(await response.json()).toMatchObject({ errors: [{ message: expect.stringContaining('accept text/event-stream or, for @defer, multipart/mixed') }] });
    expect(asked).toEqual([]);
  });
});

describe('a fresh insight without @defer', () => {
  it('is waited for, and kept for nobody', async () => {
    const { ask, asked, untilAsked } = await start();
    for (const times of [1, 2]) {
      const answer = ask(WHOLE, 'application/json');
      await untilAsked(times);
      asked[times - 1]?.say(insight('AI', `Word ${times}.`));
      expect(await (await answer).json()).toEqual({ data: { lead: { insight: { source: 'AI', summary: `Word ${times}.` } } } });
    }
  });

  it('is what is known where `fresh` is not asked for', async () => {
    const { ask, asked } = await start();
    expect(await (await ask('{ lead(id: "lead_ada") { insight { summary } } }', 'application/json')).json()).toEqual({
      data: { lead: { insight: { summary: 'by the rules' } } },
    });
    expect(asked).toEqual([]);
  });
});
